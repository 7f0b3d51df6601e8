;; Reads the entry after the last of its table.
;; outcome: step: trapped table-out-of-bounds

(table $t 4 funcref)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (table.get $t (i32.const 4)))
  (i32.const 0))
