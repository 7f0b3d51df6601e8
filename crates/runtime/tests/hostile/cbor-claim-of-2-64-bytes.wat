;; Says that its claim is 2^64 - 1 bytes long.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2049) (i32.const 0x5b))
  (i64.store (i32.const 2050) (i64.const -1))
  (i32.const 2048))
