;; 100 nested loops that take 1,000 values each.
;; outcome: refused by seal: too many values carried around the loops of a function
;; repeat TYPES 1000: i64
;; repeat ZEROS 1000: i64.const #
;; repeat OPEN 100: loop (type $t)
;; repeat CLOSE 100: end
;; repeat DROPS 1000: drop

(type $t (func (param @TYPES@) (result @TYPES@)))
(func $knot @ZEROS@ @OPEN@ @CLOSE@ @DROPS@)
