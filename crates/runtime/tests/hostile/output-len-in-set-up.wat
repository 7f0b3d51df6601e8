;; Says that the output of its configuration is 2^31 - 1 bytes long.
;; outcome: setup: nonsense

(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0)) (then (global.set $len (i32.const 0x7fffffff)) (return (i32.const 2048))))
  (call $polite_set_up (local.get $at) (local.get $len)))
