;; Copies entries within its table.
;; outcome: refused by seal: mutable-table

(table $t 4 funcref)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))
  (i32.const 0))
