;; Calls itself in tail position for ever, which takes no stack.
;; outcome: refused by seal: tail-call

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (return_call $misbehave (local.get $at) (local.get $len))
  (i32.const 0))
