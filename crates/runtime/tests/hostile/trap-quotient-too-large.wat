;; Divides the most negative number by -1.
;; outcome: step: trapped integer-overflow

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))
  (i32.const 0))
