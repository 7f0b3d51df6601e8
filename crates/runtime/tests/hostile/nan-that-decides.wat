;; Branches on the sign bit of a NaN that arithmetic made, and traps on one side only.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (if (i32.lt_s (i32.reinterpret_f32 (f32.div (f32.const 0) (f32.const 0))) (i32.const 0)) (then (unreachable)))
  (call $claim (local.get $at) (local.get $len)))
