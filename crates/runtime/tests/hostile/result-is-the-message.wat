;; Returns its own message, untouched, as the output.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (global.set $len (local.get $len))
  (local.get $at))
