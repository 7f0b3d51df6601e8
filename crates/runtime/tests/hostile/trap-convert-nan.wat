;; Converts a NaN to an integer.
;; outcome: step: trapped integer-overflow

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i32.trunc_f32_s (f32.const nan)))
  (i32.const 0))
