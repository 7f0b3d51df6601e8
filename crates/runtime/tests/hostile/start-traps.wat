;; Has a start function that executes unreachable.
;; outcome: refused by seal: start-function

(func $start (unreachable))
(start $start)
