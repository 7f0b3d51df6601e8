;; Divides by the square root of a number that is no number, in a loop.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (drop (f64.div (f64.const 1) (f64.sqrt (f64.const -1)))) (br 0))
  (unreachable))
