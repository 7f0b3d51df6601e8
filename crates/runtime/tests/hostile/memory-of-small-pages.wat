;; Has a memory of pages of one byte.
;; outcome: refused by seal: custom-page-size

(module (memory (export "memory") 1 1 (pagesize 1)))
