;; Overwrites its whole memory and then calls itself until the depth limit.
;; outcome: step: exhausted depth

(func $down (result i32) (i32.add (call $down) (i32.const 1)))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 65536))
  (call $down))
