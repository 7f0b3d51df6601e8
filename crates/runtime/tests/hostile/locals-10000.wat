;; A function with as many locals as are accepted, in a leaf frame that alone is above the depth limit's free part.
;; outcome: step: done
;; repeat LOCALS 10000: i64

(func $wide (local @LOCALS@) (local.set 9999 (i64.const 1)) (i64.store (i32.const 8) (local.get 9999)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $wide)
  (call $claim (local.get $at) (local.get $len)))
