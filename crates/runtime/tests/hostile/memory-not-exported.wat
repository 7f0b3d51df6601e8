;; Does not export its memory.
;; outcome: refused by seal: no-memory-export

(module (memory 1 1))
