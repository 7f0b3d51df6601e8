;; Writes one byte too many after its output.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (global.set $len (i32.const 191))
  (i32.const 2048))
