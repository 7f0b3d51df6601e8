;; Has a memory shared between threads.
;; outcome: refused by seal: threads

(module (memory (export "memory") 1 1 shared))
