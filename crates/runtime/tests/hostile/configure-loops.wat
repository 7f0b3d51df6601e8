;; Loops for ever over its configuration, in the dearest operator there is: a set-up message has a budget of its own,
;; far above a step's.
;; outcome: setup: exhausted meter

(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0)) (then (loop (drop (memory.grow (i32.const 65536))) (br 0))))
  (call $polite_set_up (local.get $at) (local.get $len)))
