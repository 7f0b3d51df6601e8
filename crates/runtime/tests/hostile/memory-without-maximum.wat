;; Has a memory without a maximum.
;; outcome: refused by seal: growable-memory

(module (memory (export "memory") 1))
