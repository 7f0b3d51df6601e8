;; Says that its output is one byte longer than is read, within a memory of two pages.
;; outcome: step: denied bad-output

(memory (export "memory") 2 2)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (global.set $len (i32.const 65537))
  (i32.const 0))
