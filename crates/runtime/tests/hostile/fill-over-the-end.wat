;; Fills over the end of its memory; no byte before it may change.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0) (i32.const 0xff) (i32.const 65537))
  (i32.const 0))
