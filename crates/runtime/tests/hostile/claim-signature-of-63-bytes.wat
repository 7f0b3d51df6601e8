;; Gives a signature of 63 bytes.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2237) (i32.const 0x58))
  (i32.store8 (i32.const 2238) (i32.const 0x3f))
  (global.set $len (i32.const 254))
  (i32.const 2048))
