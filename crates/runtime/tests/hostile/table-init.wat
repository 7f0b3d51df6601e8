;; Writes into its table from a passive segment.
;; outcome: refused by seal: mutable-table

(table 4 funcref)
(elem $e func $claim)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (table.init $e (i32.const 0) (i32.const 0) (i32.const 1))
  (i32.const 0))
