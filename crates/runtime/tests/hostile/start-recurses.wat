;; Has a start function that calls itself for ever.
;; outcome: refused by seal: start-function

(func $start (call $start) (call $start))
(start $start)
