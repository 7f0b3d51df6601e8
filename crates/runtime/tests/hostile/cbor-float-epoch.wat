;; Writes the epoch as a float.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (call $insert (i32.const 2055) (i32.const 2))
  (i32.store8 (i32.const 2055) (i32.const 0xf9))
  (i32.store16 (i32.const 2056) (i32.const 0x0040))
  (i32.const 2048))
