;; Calls itself for ever through a table.
;; outcome: step: exhausted depth

(table funcref (elem $misbehave))
(type $step (func (param i32 i32) (result i32)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.add (call_indirect (type $step) (local.get $at) (local.get $len) (i32.const 0)) (i32.const 1)))
