;; Returns an address so near the end of its memory that the output would reach over it.
;; outcome: step: denied bad-output

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.const 65400))
