;; Says that its output is 64 KiB long, the most that is read, and gives its whole memory.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (global.set $len (i32.const 65536))
  (i32.const 0))
