;; Has an active data segment at 2^32 - 1.
;; outcome: refused by engine: invalid-module

(data (i32.const -1) "ab")
