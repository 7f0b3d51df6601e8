;; Overwrites its whole memory, constants and key included, and executes unreachable.
;; outcome: step: trapped unreachable

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 65536))
  (unreachable))
