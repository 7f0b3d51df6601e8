;; Forgets its key once and refuses to ever after: the first time its memory is to be kept again is an error.
;; outcome: steps: done; error (refused not-ready); error (broken)

(global $wipes (mut i32) (i32.const 0))
(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 3)) (then (global.set $wipes (i32.add (global.get $wipes) (i32.const 1))) (if (i32.gt_u (global.get $wipes) (i32.const 1)) (then (return (i32.const -3))))))
  (call $polite_set_up (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.const -5))
