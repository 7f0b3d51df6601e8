;; Says that its output is its whole memory of 4 MiB, which the host does not copy.
;; outcome: step: denied bad-output

(memory (export "memory") 64 64)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (global.set $len (i32.const 0x400000))
  (i32.const 0))
