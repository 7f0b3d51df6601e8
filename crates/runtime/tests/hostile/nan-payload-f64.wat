;; Shows in its claim the bits of NaNs that 64-bit arithmetic made.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i64.store (i32.const 2193) (i64.reinterpret_f64 (f64.add (f64.const -nan:0x8000000000001) (f64.const nan:0x4000000000000))))
  (i64.store (i32.const 2201) (i64.reinterpret_f64 (f64.copysign (f64.div (f64.const 0) (f64.const 0)) (f64.const -1))))
  (i64.store (i32.const 2209) (i64.reinterpret_f64 (f64.promote_f32 (f32.const -nan:0x123456))))
  (i64.store (i32.const 2217) (i64.reinterpret_f64 (f64.neg (f64.sqrt (f64.const -2)))))
  (i32.const 2048))
