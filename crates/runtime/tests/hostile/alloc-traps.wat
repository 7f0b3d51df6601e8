;; Executes unreachable when it is asked for room.
;; outcome: step: trapped unreachable

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (unreachable))))
  (i32.const 4096))
