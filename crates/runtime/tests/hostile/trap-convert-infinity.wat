;; Converts an infinity to an integer.
;; outcome: step: trapped integer-overflow

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i64.trunc_f64_u (f64.const inf)))
  (i32.const 0))
