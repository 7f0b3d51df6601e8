;; Hides its input in globals and memory in a step that then traps; a short step that finds any of it traps.
;; outcome: step: trapped unreachable

(global $a (mut i64) (i64.const 0))
(global $b (mut v128) (v128.const i64x2 0 0))
(global $c (mut f64) (f64.const 0))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $a (i64.const -1))
  (global.set $b (v128.load offset=41 (local.get $at)))
  (global.set $c (f64.const nan:0x4000000000001))
  (memory.copy (i32.const 50000) (local.get $at) (local.get $len))
  (unreachable))
(func $behave (param $at i32) (param $len i32) (result i32)
  (if (i32.or
        (i32.or (i64.ne (global.get $a) (i64.const 0)) (v128.any_true (global.get $b)))
        (i32.or (f64.ne (global.get $c) (f64.const 0)) (i32.load (i32.const 50000))))
    (then (unreachable)))
  (call $claim (local.get $at) (local.get $len)))
