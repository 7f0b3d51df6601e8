;; Calls an empty function through a table, in a loop.
;; outcome: step: exhausted meter

(table funcref (elem $nothing))
(func $nothing)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (call_indirect (i32.const 0)) (br 0))
  (unreachable))
