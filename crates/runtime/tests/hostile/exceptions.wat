;; Throws an exception.
;; outcome: refused by seal: exceptions

(tag $tag)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (throw $tag)
  (i32.const 0))
