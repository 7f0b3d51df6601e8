;; Has a memory of 4 GiB from the start.
;; outcome: refused by engine: invalid-module

(memory (export "memory") 65536 65536)
