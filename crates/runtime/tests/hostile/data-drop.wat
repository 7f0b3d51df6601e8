;; Drops a data segment, which is state that no snapshot keeps.
;; outcome: refused by seal: mutable-table

(data $d "x")
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (data.drop $d)
  (i32.const 0))
