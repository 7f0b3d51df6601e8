;; Writes over its output while it is asked for the length.
;; outcome: step: denied bad-claim

(func $output_len (export "output_len") (result i32)
  (if (result i32) (global.get $odd) (then (i32.store (i32.const 2060) (i32.const 0x66666666)) (global.get $len)) (else (global.get $len))))
(global $odd (mut i32) (i32.const 0))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $odd (i32.const 1))
  (call $claim (local.get $at) (local.get $len)))
