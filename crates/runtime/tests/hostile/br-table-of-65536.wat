;; A br_table with 65,536 targets.
;; outcome: refused by seal: too many targets of a br_table
;; repeat TARGETS 65536: $out

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (block $out
    (br_table @TARGETS@ (i32.const 3000000)))
  (call $claim (local.get $at) (local.get $len)))
