;; Has a table with 64-bit indices.
;; outcome: refused by seal: memory64

(module (memory (export "memory") 1 1) (table i64 1 funcref))
