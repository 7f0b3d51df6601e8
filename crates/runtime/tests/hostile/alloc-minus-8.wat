;; Gives a negative number that is no refusal code.
;; outcome: step: denied bad-output

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.const -8))))
  (i32.const 4096))
