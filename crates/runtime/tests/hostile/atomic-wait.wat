;; Waits on an address for a time on a clock.
;; outcome: refused by seal: threads

(memory (export "memory") 1 1 shared)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
  (i32.const 0))
