;; Calls itself for ever, with 900 parameters to each call.
;; outcome: step: exhausted depth
;; repeat TYPES 900: i64
;; repeat GETS 900: (local.get #)
;; repeat ZEROS 900: (i64.const #)

(func $deep (param @TYPES@) (result i32) (i32.add (call $deep @GETS@) (i32.const 1)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $deep @ZEROS@))
