;; Shows in its claim the bits of NaNs that vector arithmetic made, through integer lanes.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (v128.store (i32.const 2193)
    (i32x4.add
      (f32x4.div (v128.const f32x4 0 1 -nan:0x200001 inf) (v128.const f32x4 0 0 1 inf))
      (v128.const i32x4 1 2 3 4)))
  (v128.store (i32.const 2209) (f64x2.max (v128.const f64x2 -nan:0x4000000000000 1) (v128.const f64x2 1 nan:0x8000000000001)))
  (i32.const 2048))
