;; A loop that looks counted but wraps past its bound for ever.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32) (local $i i32)
  (loop $turn
    (br_if $turn (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 2))) (i32.const 9))))
  (i32.const 0))
