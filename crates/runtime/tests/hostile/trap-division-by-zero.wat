;; Divides by zero.
;; outcome: step: trapped division-by-zero

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i32.div_s (i32.const 1) (i32.const 0)))
  (i32.const 0))
