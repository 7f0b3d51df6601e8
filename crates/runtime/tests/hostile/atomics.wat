;; Adds to its memory atomically.
;; outcome: refused by seal: threads

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
  (i32.const 0))
