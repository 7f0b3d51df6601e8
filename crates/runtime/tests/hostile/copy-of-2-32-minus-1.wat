;; Copies 2^32 - 1 bytes onto themselves.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.copy (i32.const 1) (i32.const 0) (i32.const -1))
  (i32.const 0))
