;; Has an active element segment at 2^32 - 1.
;; outcome: refused by engine: invalid-module

(table 4 funcref)
(elem (i32.const -1) $claim)
