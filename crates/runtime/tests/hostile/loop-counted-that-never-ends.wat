;; A loop that looks counted but whose step is 0.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32) (local $i i32)
  (loop $turn
    (br_if $turn (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 0))) (i32.const 10))))
  (i32.const 0))
