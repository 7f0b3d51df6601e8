;; Returns the largest positive address; with the length it wraps in signed arithmetic.
;; outcome: step: denied bad-output

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.const 0x7fffffff))
