;; Returns 2^31 as an address, which is the most negative number.
;; outcome: step: denied bad-output

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.const 0x80000000))
