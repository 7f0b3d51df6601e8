;; 800 functions, all in a table.
;; outcome: step: done
;; repeat FUNCTIONS 800: (func $f# (result i32) (i32.const #))
;; repeat NAMES 800: $f#

@FUNCTIONS@
(table funcref (elem @NAMES@))
(type $t (func (result i32)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call_indirect (type $t) (i32.const 799)))
  (call $claim (local.get $at) (local.get $len)))
