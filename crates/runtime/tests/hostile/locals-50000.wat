;; A function with 50,000 locals.
;; outcome: refused by seal: too many locals of a function
;; repeat LOCALS 50000: i64

(func $wide (local @LOCALS@))
