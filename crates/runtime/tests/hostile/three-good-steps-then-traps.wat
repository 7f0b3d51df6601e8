;; Behaves for three steps and executes unreachable ever after.
;; outcome: steps: done; done; done; trapped unreachable

(global $steps (mut i32) (i32.const 0))
(func $behave (param $at i32) (param $len i32) (result i32) (call $misbehave (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $steps (i32.add (global.get $steps) (i32.const 1)))
  (if (i32.gt_u (global.get $steps) (i32.const 3)) (then (unreachable)))
  (call $claim (local.get $at) (local.get $len)))
