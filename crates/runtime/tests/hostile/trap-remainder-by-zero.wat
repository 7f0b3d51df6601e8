;; Takes the remainder by zero, in 64 bits.
;; outcome: step: trapped division-by-zero

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i64.rem_u (i64.const 1) (i64.const 0)))
  (i32.const 0))
