;; Overwrites its whole memory and then uses up its budget.
;; outcome: step: exhausted meter

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 65536))
  (loop (br 0))
  (unreachable))
