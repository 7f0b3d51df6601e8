;; Gives room over its own key and constants: the message destroys them, and the rollback brings them back.
;; outcome: step: denied bad-claim

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.const 60))))
  (i32.const 4096))
