;; Returns 60,000 arrays inside each other.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (memory.fill (i32.const 0x1000) (i32.const 0x81) (i32.const 60000))
  (global.set $len (i32.const 60000))
  (return (i32.const 0x1000))
  (i32.const 2048))
