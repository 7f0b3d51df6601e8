;; Ends as the meter would, by unreachable, a hair before its budget is used up: it is trapped, not exhausted.
;; outcome: step: trapped unreachable

(func $misbehave (param $at i32) (param $len i32) (result i32) (local $i i32)
  (loop $turn
    (br_if $turn (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20000))))
  (unreachable))
