;; Grows its memory by a page in a loop. The memory is fixed, so that every try fails, and is charged.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (drop (memory.grow (i32.const 1))) (br 0))
  (unreachable))
