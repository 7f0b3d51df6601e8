;; Says that its output is an array of 2^64 - 1.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2048) (i32.const 0x9b))
  (i64.store (i32.const 2049) (i64.const -1))
  (i32.const 2048))
