;; Overwrites its whole memory and returns part of it.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 65536))
  (global.set $len (i32.const 190))
  (i32.const 2048))
