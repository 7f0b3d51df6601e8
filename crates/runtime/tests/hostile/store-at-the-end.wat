;; Stores eight bytes over the end of its memory.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i64.store (i32.const 65529) (i64.const -1))
  (i32.const 0))
