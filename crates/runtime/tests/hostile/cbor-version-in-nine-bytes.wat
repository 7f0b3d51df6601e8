;; Writes the version in nine bytes where one would do.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (call $insert (i32.const 2053) (i32.const 8))
  (i32.store8 (i32.const 2053) (i32.const 0x1b))
  (i64.store (i32.const 2054) (i64.const 0x0100000000000000))
  (i32.const 2048))
