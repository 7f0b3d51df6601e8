;; Loads from the last address of 32 bits.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i64.load (i32.const -1)))
  (i32.const 0))
