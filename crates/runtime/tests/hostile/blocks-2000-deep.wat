;; 2,000 nested blocks, each left by a conditional branch.
;; outcome: step: done
;; repeat OPEN 2000: block local.get 0 br_if 0
;; repeat CLOSE 2000: end

(func $deep (param i32) @OPEN@ @CLOSE@)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $deep (local.get $len))
  (call $claim (local.get $at) (local.get $len)))
