;; Imports a global that the host could change.
;; outcome: refused by seal: import-not-allowed

(module (import "env" "g" (global (mut i32))) (memory (export "memory") 1 1))
