;; One call of a function whose single frame is larger than the whole depth limit.
;; outcome: step: exhausted depth
;; repeat LOCALS 9000: v128

(func $callee)
(func $big (local @LOCALS@)
  (call $callee))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $big)
  (i32.const 0))
