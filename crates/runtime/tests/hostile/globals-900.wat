;; 900 mutable globals, each changed in a step that then traps; a short step that finds one changed traps.
;; outcome: step: trapped unreachable
;; repeat GLOBALS 900: (global $g# (mut i64) (i64.const 0))
;; repeat OR 900: global.get $g# i64.or
;; repeat SET 900: (global.set $g# (i64.const #))

@GLOBALS@
(func $any (result i64) (i64.const 0) @OR@)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  @SET@
  (unreachable))
(func $behave (param $at i32) (param $len i32) (result i32)
  (if (i64.ne (call $any) (i64.const 0)) (then (unreachable)))
  (call $claim (local.get $at) (local.get $len)))
