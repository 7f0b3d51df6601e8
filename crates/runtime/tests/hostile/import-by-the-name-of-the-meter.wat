;; Imports a function by the name of the meter.
;; outcome: refused by seal: import-not-allowed

(module (import "avouch" "avouch:meter" (func)) (memory (export "memory") 1 1))
