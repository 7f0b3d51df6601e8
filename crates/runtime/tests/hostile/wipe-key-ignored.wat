;; Does not forget its key when it is told to. The key of a replay, or of another instance, takes its place.
;; outcome: step: done

(func $set_up (param $at i32) (param $len i32) (result i32)
  (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 3)) (then (return (i32.const 2048))))
  (call $polite_set_up (local.get $at) (local.get $len)))
