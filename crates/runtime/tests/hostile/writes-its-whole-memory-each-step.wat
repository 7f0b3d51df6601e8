;; Writes to every byte of a memory of 4 MiB in each step.
;; outcome: step: done

(memory (export "memory") 64 64)
(func $behave (param $at i32) (param $len i32) (result i32) (call $misbehave (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0x10000) (local.get $len) (i32.const 0x80000))
  (call $claim (local.get $at) (local.get $len)))
