;; Has a continuation type, for switching between stacks.
;; outcome: refused by seal: gc

(module (type $f (func)) (type $c (cont $f)) (memory (export "memory") 1 1))
