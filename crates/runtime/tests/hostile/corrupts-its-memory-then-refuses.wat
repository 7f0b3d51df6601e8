;; Overwrites its whole memory and then refuses the input.
;; outcome: step: denied bad-input by the guest

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (memory.fill (i32.const 0) (i32.const 0x5a) (i32.const 65536))
  (i32.const -5))
