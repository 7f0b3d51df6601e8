;; Says that its output is -1 bytes long, which is 2^32 - 1.
;; outcome: step: denied bad-output

(func $output_len (export "output_len") (result i32)
  (if (result i32) (global.get $odd) (then (i32.const -1)) (else (global.get $len))))
(global $odd (mut i32) (i32.const 0))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $odd (i32.const 1))
  (call $claim (local.get $at) (local.get $len)))
