;; Flips one bit of the signer's key.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2131) (i32.xor (i32.load8_u (i32.const 2131)) (i32.const 1)))
  (i32.const 2048))
