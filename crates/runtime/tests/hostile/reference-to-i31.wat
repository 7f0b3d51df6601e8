;; Makes a reference out of a number.
;; outcome: refused by seal: gc

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (ref.i31 (i32.const 1)))
  (i32.const 0))
