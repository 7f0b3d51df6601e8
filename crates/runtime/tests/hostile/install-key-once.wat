;; Takes one key more than its start hands over and traps at the next, which comes when it is put back after a bad
;; step; that and what follows is an error, not a step.
;; outcome: steps: done; error (trapped, the guest executed `unreachable`); error (broken)

(global $keys (mut i32) (i32.const 0))
(func $count (global.set $keys (i32.add (global.get $keys) (i32.const 1))))
(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 1)) (then (call $count) (if (i32.gt_u (global.get $keys) (i32.const 1)) (then (unreachable)))))
  (call $polite_set_up (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.const -5))
