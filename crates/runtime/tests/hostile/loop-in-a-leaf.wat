;; An empty loop in a function that calls nothing and so has no frame cost.
;; outcome: step: exhausted meter

(func $spin (loop (br 0)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $spin)
  (i32.const 0))
