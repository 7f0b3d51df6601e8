;; Has a start function that loops for ever.
;; outcome: refused by seal: start-function

(func $start (loop (br 0)))
(start $start)
