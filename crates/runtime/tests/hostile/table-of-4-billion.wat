;; Has a table of 2^32 - 1 entries.
;; outcome: refused by seal: too many table entries

(table 0xffffffff 0xffffffff funcref)
