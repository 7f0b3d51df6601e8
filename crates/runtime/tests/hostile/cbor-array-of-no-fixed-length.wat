;; Writes its output as an array without a length, closed by a break.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2048) (i32.const 0x9f))
  (i32.store8 (i32.const 2238) (i32.const 0xff))
  (global.set $len (i32.const 191))
  (i32.const 2048))
