;; Returns the first address after its memory with a length of 0: inside, but no claim.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.const 65536))
