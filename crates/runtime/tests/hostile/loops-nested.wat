;; Three nested loops that are counted, 2^31 turns each: paid ahead, the product overflows 64 bits.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32) (local $i i32) (local $j i32) (local $k i32)
  (local.set $i (i32.const 0))
  (loop $a
    (local.set $j (i32.const 0))
    (loop $b
      (local.set $k (i32.const 0))
      (loop $c
        (br_if $c (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 0x7fffffff))))
      (br_if $b (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 0x7fffffff))))
    (br_if $a (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 0x7fffffff))))
  (i32.const 0))
