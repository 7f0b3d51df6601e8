;; Has two tables, one more than an engine gives.
;; outcome: refused by engine: invalid-module

(table 1 funcref) (table 2 funcref)
