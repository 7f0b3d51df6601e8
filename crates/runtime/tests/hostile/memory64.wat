;; Has a memory with 64-bit addresses.
;; outcome: refused by seal: memory64

(module (memory (export "memory") i64 1 1))
