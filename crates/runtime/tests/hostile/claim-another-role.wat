;; Claims that the guest signs, where the host does.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2128) (i32.const 0))
  (i32.const 2048))
