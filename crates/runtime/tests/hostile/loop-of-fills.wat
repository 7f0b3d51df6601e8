;; Fills its whole memory in a loop.
;; outcome: step: exhausted meter

(memory (export "memory") 16 16)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (memory.fill (i32.const 0x10000) (i32.const 7) (i32.const 0xf0000)) (br 0))
  (unreachable))
