;; Behaves for 65 steps, past the first restore point, and loops for ever after.
;; outcome: steps: done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; done; exhausted meter
;; take: 67

(global $steps (mut i32) (i32.const 0))
(func $behave (param $at i32) (param $len i32) (result i32) (call $misbehave (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $steps (i32.add (global.get $steps) (i32.const 1)))
  (if (i32.gt_u (global.get $steps) (i32.const 65)) (then (loop (br 0))))
  (call $claim (local.get $at) (local.get $len)))
