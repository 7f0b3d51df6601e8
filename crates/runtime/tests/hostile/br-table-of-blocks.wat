;; A br_table that leaves 1,000 nested blocks, each by its own target.
;; outcome: step: done
;; repeat OPEN 1000: block
;; repeat TARGETS 1000: #
;; repeat CLOSE 1000: end

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (block $out @OPEN@ (br_table @TARGETS@ $out (local.get $len)) @CLOSE@)
  (call $claim (local.get $at) (local.get $len)))
