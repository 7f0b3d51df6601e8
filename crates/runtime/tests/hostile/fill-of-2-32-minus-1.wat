;; Fills 2^32 - 1 bytes: more than the budget pays for, so it stops before it could trap.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0) (i32.const 0xff) (i32.const -1))
  (i32.const 0))
