;; Divides the most negative number of 64 bits by -1.
;; outcome: step: trapped integer-overflow

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))
  (i32.const 0))
