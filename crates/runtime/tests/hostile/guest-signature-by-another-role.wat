;; Is handed a key of its own and claims that the host signs.
;; outcome: steps: denied bad-claim
;; signer: guest

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2128) (i32.const 1))
  (i32.const 2048))
(func $behave (param $at i32) (param $len i32) (result i32) (call $misbehave (local.get $at) (local.get $len)))
