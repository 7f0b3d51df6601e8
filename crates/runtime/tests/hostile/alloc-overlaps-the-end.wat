;; Gives room for the message that ends one byte after its memory.
;; outcome: step: denied bad-output

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.sub (i32.const 65537) (local.get $len)))))
  (i32.const 4096))
