;; Calls itself for ever, with 900 results to each call.
;; outcome: step: exhausted depth
;; repeat TYPES 900: i64
;; repeat DROPS 900: drop

(func $deep (result @TYPES@) (call $deep))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $deep) @DROPS@
  (i32.const 0))
