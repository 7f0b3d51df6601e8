;; Calls itself for ever, with 200 vectors alive in each frame.
;; outcome: step: exhausted depth
;; repeat LOADS 200: (v128.load (i32.const #))
;; repeat ADDS 200: i32x4.add

(func $deep (result v128)
  @LOADS@
  (call $deep)
  @ADDS@)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $deep))
  (i32.const 0))
