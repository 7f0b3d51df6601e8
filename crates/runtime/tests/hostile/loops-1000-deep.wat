;; 1,000 nested loops, each taken once.
;; outcome: step: done
;; repeat OPEN 1000: loop local.get 0 br_if 0
;; repeat CLOSE 1000: end

(func $deep (param i32) @OPEN@ @CLOSE@)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call $deep (i32.const 0))
  (call $claim (local.get $at) (local.get $len)))
