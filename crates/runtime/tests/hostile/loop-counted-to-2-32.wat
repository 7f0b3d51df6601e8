;; A counted loop of 2^32 - 1 turns that each do a little: paid ahead, so stopped before its first turn.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32) (local $i i32)
  (loop $turn
    (i32.store (i32.const 0) (local.get $i))
    (br_if $turn (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const -1))))
  (i32.const 0))
