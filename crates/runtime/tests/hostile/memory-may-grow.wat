;; Has a memory whose maximum is above its minimum.
;; outcome: refused by seal: growable-memory

(module (memory (export "memory") 1 65536))
