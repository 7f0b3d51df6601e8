;; Imports its memory.
;; outcome: refused by seal: import-not-allowed

(module (import "env" "memory" (memory 1 1)) (memory (export "memory") 1 1))
