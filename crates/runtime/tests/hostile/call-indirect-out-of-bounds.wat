;; Calls the entry after the last of its table.
;; outcome: step: trapped table-out-of-bounds

(table 4 funcref)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call_indirect (i32.const 4))
  (i32.const 0))
