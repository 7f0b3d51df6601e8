;; Speaks of the cut of an epoch that has not come.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (call $insert (i32.const 2187) (i32.const 39))
  (memory.fill (i32.const 2187) (i32.const 0) (i32.const 39))
  (i32.store8 (i32.const 2187) (i32.const 0x86))
  (i32.store8 (i32.const 2188) (i32.const 0x17))
  (i32.store8 (i32.const 2193) (i32.const 0x58))
  (i32.store8 (i32.const 2194) (i32.const 0x20))
  (i32.const 2048))
