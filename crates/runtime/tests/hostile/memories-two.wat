;; Has two memories.
;; outcome: refused by seal: several-memories

(module (memory (export "memory") 1 1) (memory 1 1))
