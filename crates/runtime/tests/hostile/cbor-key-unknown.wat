;; Writes a key that its claim does not have, and says so in the head of the map.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2051) (i32.const 0xae))
  (call $insert (i32.const 2237) (i32.const 2))
  (i32.store16 (i32.const 2237) (i32.const 0x000e))
  (i32.const 2048))
