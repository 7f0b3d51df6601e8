;; Executes unreachable when it is handed its key.
;; outcome: setup: trapped, the guest executed `unreachable`

(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 1)) (then (unreachable)))
  (call $polite_set_up (local.get $at) (local.get $len)))
