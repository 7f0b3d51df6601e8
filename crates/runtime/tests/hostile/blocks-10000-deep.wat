;; 10,000 nested blocks.
;; outcome: refused by seal: too many nested blocks
;; repeat OPEN 10000: block
;; repeat CLOSE 10000: end

(func $deep @OPEN@ @CLOSE@)
