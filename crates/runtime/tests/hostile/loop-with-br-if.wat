;; A loop of one conditional branch that is always taken.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (br_if 0 (i32.const 1)))
  (unreachable))
