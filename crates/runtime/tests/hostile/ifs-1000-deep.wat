;; 1,000 nested conditions with both arms.
;; outcome: step: done
;; repeat OPEN 1000: local.get 0 if
;; repeat CLOSE 1000: else nop end

(func $deep (param i32) @OPEN@ @CLOSE@)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $deep (i32.const 1))
  (call $claim (local.get $at) (local.get $len)))
