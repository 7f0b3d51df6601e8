;; Claims that only ingest and cut are completed, in its canonical form.
;; outcome: step: partial 3

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (call $insert (i32.const 2169) (i32.const -1))
  (i32.store8 (i32.const 2168) (i32.const 3))
  (i32.const 2048))
