;; Grows its memory by 4 GiB at once.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (memory.grow (i32.const 65536)))
  (call $claim (local.get $at) (local.get $len)))
