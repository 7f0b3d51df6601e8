;; Returns a negative number that is no refusal code.
;; outcome: step: denied bad-output

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.const -8))
