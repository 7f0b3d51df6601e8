;; Imports a clock.
;; outcome: refused by seal: import-not-allowed

(module (import "env" "now" (func (result i64))) (memory (export "memory") 1 1))
