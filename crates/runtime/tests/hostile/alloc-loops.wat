;; Loops for ever when it is asked for room.
;; outcome: step: exhausted meter

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (loop (result i32) (br 0)))))
  (i32.const 4096))
