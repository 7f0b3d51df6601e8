;; Loops for nearly the whole budget and then makes an honest claim, which the meter does not live to see.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32) (local $i i32)
  (loop $turn
    (br_if $turn (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 33000))))
  (call $claim (local.get $at) (local.get $len)))
