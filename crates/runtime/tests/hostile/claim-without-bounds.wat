;; Claims 2^64 - 1 units of work of each kind, as nobody checks: the numbers are the guest's word.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (call $insert (i32.const 2172) (i32.const 8))
  (i32.store8 (i32.const 2172) (i32.const 0x1b))
  (i64.store (i32.const 2173) (i64.const -1))
  (i32.const 2048))
