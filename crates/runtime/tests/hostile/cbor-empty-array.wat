;; Returns an array of nothing.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2048) (i32.const 0x80))
  (global.set $len (i32.const 1))
  (i32.const 2048))
