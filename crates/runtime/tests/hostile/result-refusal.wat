;; Refuses its input with a code of its own, after it wrote into its memory and a global; a short step that finds a
;; trace of that traps.
;; outcome: step: denied bad-input by the guest

(global $seen (mut i32) (i32.const 0))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $seen (i32.const 1))
  (i32.store (i32.const 8) (i32.const 1))
  (i32.const -5))
(func $behave (param $at i32) (param $len i32) (result i32)
  (if (i32.or (global.get $seen) (i32.load (i32.const 8))) (then (unreachable)))
  (call $claim (local.get $at) (local.get $len)))
