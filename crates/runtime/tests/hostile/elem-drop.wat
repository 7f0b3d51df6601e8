;; Drops an element segment, which is state that no snapshot keeps.
;; outcome: refused by seal: mutable-table

(elem $e func $claim)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (elem.drop $e)
  (i32.const 0))
