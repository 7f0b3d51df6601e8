;; Adds numbers of 128 bits.
;; outcome: refused by seal: unsupported-feature

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)) drop drop
  (i32.const 0))
