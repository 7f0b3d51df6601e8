;; Counts in its memory how often it was handed a key, and shows the count in its claims.
;; outcome: step: done

(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 1)) (then (i32.store8 (i32.const 8) (i32.add (i32.load8_u (i32.const 8)) (i32.const 1)))))
  (call $polite_set_up (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2193) (i32.load8_u (i32.const 8)))
  (i32.const 2048))
