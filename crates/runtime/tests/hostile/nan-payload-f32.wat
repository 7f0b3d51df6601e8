;; Shows in its claim the bits of NaNs that 32-bit arithmetic made, with a payload in what goes in.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (f32.store (i32.const 2193) (f32.add (f32.const nan:0x200000) (f32.const 1)))
  (f32.store (i32.const 2197) (f32.div (f32.const 0) (f32.const 0)))
  (f32.store (i32.const 2201) (f32.sqrt (f32.const -1)))
  (f32.store (i32.const 2205) (f32.sub (f32.const inf) (f32.const inf)))
  (f32.store (i32.const 2209) (f32.min (f32.const -nan:0x7fffff) (f32.const 1)))
  (f32.store (i32.const 2213) (f32.mul (f32.load (i32.const 1024)) (f32.const -nan:0x1)))
  (f32.store (i32.const 2217) (f32.demote_f64 (f64.const -nan:0xfffffffffffff)))
  (f32.store (i32.const 2221) (f32.ceil (f32.const -nan:0x300000)))
  (i32.const 2048))
