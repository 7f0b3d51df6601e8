;; Claims that a component is completed that does not exist.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2169) (i32.const 0x20))
  (i32.const 2048))
