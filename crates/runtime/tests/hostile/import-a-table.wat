;; Imports a table that the host could change.
;; outcome: refused by seal: import-not-allowed

(module (import "env" "t" (table 1 funcref)) (memory (export "memory") 1 1))
