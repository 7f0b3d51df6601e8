;; Writes a tag before its output.
;; outcome: step: denied bad-claim

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (memory.copy (i32.const 2049) (i32.const 2048) (i32.const 190))
  (i32.store8 (i32.const 2048) (i32.const 0xd2))
  (global.set $len (i32.const 191))
  (i32.const 2048))
