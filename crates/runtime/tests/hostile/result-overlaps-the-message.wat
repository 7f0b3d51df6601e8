;; Writes an honest claim over the message that it came from and returns that.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (memory.copy (i32.add (local.get $at) (i32.const 5)) (i32.const 2048) (global.get $len))
  (i32.add (local.get $at) (i32.const 5)))
