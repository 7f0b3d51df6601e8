;; Refuses the message with the code for one that is too long.
;; outcome: step: denied too-long by the guest

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.const -1))))
  (i32.const 4096))
