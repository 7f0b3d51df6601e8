;; Returns its first claim again, word for word.
;; outcome: step: denied bad-claim

(func $behave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (if (i32.eqz (i32.load8_u (i32.const 60000))) (then (memory.copy (i32.const 60000) (i32.const 2048) (i32.const 190))))
  (i32.const 2048))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $len (i32.const 190))
  (i32.const 60000))
