;; Gives 2^31 - 1 as room for the message, so that address and length wrap.
;; outcome: step: denied bad-output

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.const 0x7fffffff))))
  (i32.const 4096))
