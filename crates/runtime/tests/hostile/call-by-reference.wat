;; Calls a typed function reference.
;; outcome: refused by seal: gc

(type $v (func))
(func $nothing (type $v))
(elem declare func $nothing)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call_ref $v (ref.func $nothing))
  (i32.const 0))
