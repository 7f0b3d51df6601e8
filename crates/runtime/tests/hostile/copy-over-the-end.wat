;; Copies to a place that overlaps where it comes from and reaches over the end.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.copy (i32.const 32769) (i32.const 0) (i32.const 32768))
  (i32.const 0))
