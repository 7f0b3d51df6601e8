;; Writes undefined where null is meant.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2237) (i32.const 0xf7))
  (i32.const 2048))
