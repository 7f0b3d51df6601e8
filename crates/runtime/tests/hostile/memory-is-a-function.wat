;; Exports a function by the name of the memory.
;; outcome: refused by seal: no-memory-export

(module (memory 1 1) (func (export "memory")))
