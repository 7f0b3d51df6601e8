;; Writes a digest as a byte string without a length.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2057) (i32.const 0x5f))
  (i32.const 2048))
