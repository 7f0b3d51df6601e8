;; Loads four bytes of which the last is the first after its memory.
;; outcome: step: trapped memory-out-of-bounds

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (i32.load (i32.const 65533)))
  (i32.const 0))
