;; Gives the last bytes of its memory as room for the message, and then pads them to hash them.
;; outcome: step: trapped memory-out-of-bounds

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.sub (i32.const 65536) (local.get $len)))))
  (i32.const 4096))
