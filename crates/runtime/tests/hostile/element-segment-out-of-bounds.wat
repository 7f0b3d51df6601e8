;; Has an active element segment that reaches over the end of its table.
;; outcome: refused by engine: invalid-module

(table 4 funcref)
(elem (i32.const 3) $claim $claim)
