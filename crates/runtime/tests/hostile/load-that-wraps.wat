;; Loads at an address and an offset that together are 2^32.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i32.load8_u offset=0xffffffff (i32.const 1)))
  (i32.const 0))
