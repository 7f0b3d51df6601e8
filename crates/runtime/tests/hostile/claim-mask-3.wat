;; Claims that only ingest and cut are completed: an honest partial step, but a short head is needed for 3.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2169) (i32.const 3))
  (i32.const 2048))
