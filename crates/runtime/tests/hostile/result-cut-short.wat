;; Says that its output is one byte shorter than it is.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (global.set $len (i32.sub (global.get $len) (i32.const 1)))
  (i32.const 2048))
