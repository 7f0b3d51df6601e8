;; A br_table with as many targets as are accepted, taken at its default.
;; outcome: step: done
;; repeat TARGETS 20000: $out

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (block $out
    (br_table @TARGETS@ (i32.const 3000000)))
  (call $claim (local.get $at) (local.get $len)))
