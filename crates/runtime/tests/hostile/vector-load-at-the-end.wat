;; Loads a vector over the end of its memory.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (v128.load (i32.const 65521)))
  (i32.const 0))
