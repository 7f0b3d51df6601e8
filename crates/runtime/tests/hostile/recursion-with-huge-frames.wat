;; Calls itself for ever, with 5,000 locals of 64 bits in each frame.
;; outcome: step: exhausted depth
;; repeat LOCALS 5000: i64

(func $deep (param i64) (result i64) (local @LOCALS@)
  (local.set 4999 (local.get 0))
  (i64.add (call $deep (local.get 4999)) (local.get 2500)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $deep (i64.const 1)))
  (i32.const 0))
