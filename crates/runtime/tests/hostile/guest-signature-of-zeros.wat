;; Is handed a key of its own and returns 64 zeros for its signature.
;; outcome: steps: denied bad-claim
;; signer: guest

(func $signed (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2237) (i32.const 0x58))
  (i32.store8 (i32.const 2238) (i32.const 64))
  (memory.fill (i32.const 2239) (i32.const 0) (i32.const 64))
  (global.set $len (i32.const 255))
  (i32.const 2048))
(func $behave (param $at i32) (param $len i32) (result i32) (call $signed (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $signed (local.get $at) (local.get $len)))
