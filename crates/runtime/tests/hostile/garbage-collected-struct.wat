;; Allocates structures from a garbage-collected heap in a loop.
;; outcome: refused by seal: gc

(type $s (struct (field i64)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (loop (drop (struct.new_default $s)) (br 0))
  (i32.const 0))
