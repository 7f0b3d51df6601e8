;; Writes the length of its claim in two bytes where one would do.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (memory.copy (i32.const 2051) (i32.const 2050) (i32.const 188))
  (i32.store8 (i32.const 2049) (i32.const 0x59))
  (i32.store8 (i32.const 2050) (i32.const 0))
  (global.set $len (i32.const 191))
  (i32.const 2048))
