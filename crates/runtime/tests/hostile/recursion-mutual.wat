;; Two functions call each other for ever.
;; outcome: step: exhausted depth

(func $ping (result i32) (i32.add (call $pong) (i32.const 1)))
(func $pong (result i32) (i32.add (call $ping) (i32.const 1)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $ping))
