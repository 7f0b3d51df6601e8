;; Calls itself for ever.
;; outcome: step: exhausted depth

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.add (call $misbehave (local.get $at) (local.get $len)) (i32.const 1)))
