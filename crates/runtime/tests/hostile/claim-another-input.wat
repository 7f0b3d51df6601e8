;; Claims the digest of an input that it was not given.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (memory.fill (i32.const 2094) (i32.const 0xab) (i32.const 32))
  (i32.const 2048))
