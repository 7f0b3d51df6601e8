;; Calls itself twice, forty deep: shallow, but 2^40 calls.
;; outcome: step: exhausted meter

(func $twice (param $depth i32)
  (if (local.get $depth)
    (then
      (call $twice (i32.sub (local.get $depth) (i32.const 1)))
      (call $twice (i32.sub (local.get $depth) (i32.const 1))))))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $twice (i32.const 40))
  (i32.const 0))
