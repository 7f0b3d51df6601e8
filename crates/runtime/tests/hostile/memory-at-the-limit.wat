;; Has the largest memory that an engine gives, 64 MiB, and writes to its last page.
;; outcome: step: done
;; take: 2

(memory (export "memory") 1024 1024)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.store (i32.const 0x3fffffc) (i32.const -1))
  (call $claim (local.get $at) (local.get $len)))
