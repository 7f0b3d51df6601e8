;; Gives the first address after its memory as room for the message.
;; outcome: step: denied bad-output

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.const 65536))))
  (i32.const 4096))
