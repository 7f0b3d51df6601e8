;; Keeps every input that it ever saw and shows a sum over all of them: legal, and the same on both engines.
;; outcome: step: done

(func $behave (param $at i32) (param $len i32) (result i32) (call $misbehave (local.get $at) (local.get $len)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (i32.mul (i32.load offset=37 (local.get $at)) (local.get $len))))
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store (i32.const 2193) (i32.load (i32.const 60000)))
  (i32.const 2048))
