;; Writes an entry of its table, where a rollback would not see it.
;; outcome: refused by seal: mutable-table

(table $t 4 funcref)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (table.set $t (i32.const 0) (ref.null func))
  (i32.const 0))
