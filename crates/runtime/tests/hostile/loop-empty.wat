;; An empty loop, for ever.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (br 0))
  (unreachable))
