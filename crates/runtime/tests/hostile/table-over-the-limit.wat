;; Has a table with one entry more than an engine gives.
;; outcome: refused by engine: invalid-module

(table 65537 65537 funcref)
