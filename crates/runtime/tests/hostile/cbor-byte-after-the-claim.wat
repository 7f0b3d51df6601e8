;; Writes one byte too many inside its claim.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (call $insert (i32.const 2237) (i32.const 1))
  (i32.store8 (i32.const 2237) (i32.const 0))
  (i32.const 2048))
