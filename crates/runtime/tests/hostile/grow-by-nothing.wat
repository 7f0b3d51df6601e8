;; Grows its memory by no page in a loop.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (drop (memory.grow (i32.const 0))) (br 0))
  (unreachable))
