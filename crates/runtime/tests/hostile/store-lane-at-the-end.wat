;; Stores one lane over the end of its memory.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (v128.store32_lane 3 (i32.const 65533) (v128.const i64x2 -1 -1))
  (i32.const 0))
