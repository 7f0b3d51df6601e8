;; A loop that goes on through a br_table, whatever the index.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (br_table 0 0 0 (i32.const 7)))
  (unreachable))
