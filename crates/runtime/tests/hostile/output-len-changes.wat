;; Says the true length when it is asked first and 2^31 - 1 ever after. The host asks once for a message.
;; outcome: step: done

(global $asked (mut i32) (i32.const 0))
(func $output_len (export "output_len") (result i32)
  (global.set $asked (i32.add (global.get $asked) (i32.const 1)))
  (select (global.get $len) (i32.const 0x7fffffff) (i32.eq (global.get $asked) (i32.const 1))))
(func $misbehave (param $at i32) (param $len i32) (result i32) (global.set $asked (i32.const 0)) (call $claim (local.get $at) (local.get $len)))
(func $behave (param $at i32) (param $len i32) (result i32) (global.set $asked (i32.const 0)) (call $claim (local.get $at) (local.get $len)))
(func $set_up (param $at i32) (param $len i32) (result i32) (global.set $asked (i32.const 0)) (call $polite_set_up (local.get $at) (local.get $len)))
