;; Copies more than its segment has into memory.
;; outcome: step: trapped memory-out-of-bounds

(data $d "abcd")
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.init $d (i32.const 0) (i32.const 2) (i32.const 4))
  (i32.const 0))
