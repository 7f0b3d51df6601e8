;; Grows a table in a loop.
;; outcome: refused by seal: mutable-table

(table 1 funcref)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (drop (table.grow (ref.null func) (i32.const 1000000))) (br 0))
  (unreachable))
