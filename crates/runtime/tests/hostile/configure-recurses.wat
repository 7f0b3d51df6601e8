;; Calls itself for ever over its configuration.
;; outcome: setup: exhausted depth

(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0)) (then (return (i32.add (call $set_up (local.get $at) (local.get $len)) (i32.const 1)))))
  (call $polite_set_up (local.get $at) (local.get $len)))
