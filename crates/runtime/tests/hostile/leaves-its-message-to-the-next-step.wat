;; Looks in a short step for the long message of the step before, which was refused; traps if it finds it.
;; outcome: step: denied bad-input by the guest

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.const -5))
(func $behave (param $at i32) (param $len i32) (result i32)
  (if (i32.load8_u (i32.const 4190)) (then (unreachable)))
  (call $claim (local.get $at) (local.get $len)))
