;; Has the largest table that an engine gives, 65,536 entries.
;; outcome: step: done

(table 65536 65536 funcref)
