;; Has a memory one page larger than an engine gives.
;; outcome: refused by engine: invalid-module

(memory (export "memory") 1025 1025)
