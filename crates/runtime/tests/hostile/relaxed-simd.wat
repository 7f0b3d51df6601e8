;; Multiplies and adds with relaxed SIMD, which rounds once or twice as the processor likes.
;; outcome: refused by seal: relaxed-simd

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (f32x4.relaxed_madd (v128.const i64x2 0 0) (v128.const i64x2 0 0) (v128.const i64x2 0 0)))
  (i32.const 0))
