;; Calls an entry of its table as if it had another type.
;; outcome: step: trapped bad-indirect-call

(table funcref (elem $claim))
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (call_indirect (result i64) (i32.const 0))
  (drop)
  (i32.const 0))
