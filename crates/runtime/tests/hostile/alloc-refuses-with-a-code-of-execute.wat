;; Refuses the message with a code that speaks of an epoch which it cannot know yet.
;; outcome: step: denied bad-epoch by the guest

(func $alloc (export "alloc") (param $len i32) (result i32)
  (if (call $is_long (local.get $len)) (then (return (i32.const -6))))
  (i32.const 4096))
