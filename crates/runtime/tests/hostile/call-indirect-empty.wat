;; Calls an empty entry of its table.
;; outcome: step: trapped bad-indirect-call

(table 4 funcref)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call_indirect (i32.const 3))
  (i32.const 0))
