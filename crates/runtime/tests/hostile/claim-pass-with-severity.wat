;; Claims to pass with a severity, which only a failure has.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2167) (i32.const 9))
  (i32.const 2048))
