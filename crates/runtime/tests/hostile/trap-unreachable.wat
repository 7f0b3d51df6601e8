;; Executes unreachable.
;; outcome: step: trapped unreachable

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (unreachable)
  (i32.const 0))
