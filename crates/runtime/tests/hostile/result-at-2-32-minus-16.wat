;; Returns 2^32 - 16 as an address: with the length it wraps in unsigned arithmetic. Its negative is the number of a
;; denial by the runtime, which no guest may give.
;; outcome: step: denied bad-output

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.const 0xfffffff0))
