;; 20,000 operands on the stack at once.
;; outcome: step: exhausted depth
;; repeat PUSH 20000: i32.const #
;; repeat ADD 19999: i32.add

(func $high (result i32) @PUSH@ @ADD@)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $high))
  (i32.const 0))
