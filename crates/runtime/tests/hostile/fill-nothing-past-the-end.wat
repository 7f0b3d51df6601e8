;; Fills no byte at the first address after its memory, which is allowed, and then one past that.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 65536) (i32.const 0) (i32.const 0))
  (memory.fill (i32.const 65537) (i32.const 0) (i32.const 0))
  (i32.const 0))
