;; Fills no byte at all, in a loop.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (memory.fill (i32.const 0) (i32.const 7) (i32.const 0)) (br 0))
  (unreachable))
