;; Loads one lane over the end of its memory.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (v128.load64_lane 1 (i32.const 65529) (v128.const i64x2 0 0)))
  (i32.const 0))
