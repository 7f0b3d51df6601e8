;; Reads an empty entry of its table and shows in its claim that it is null.
;; outcome: step: done

(table $t 4 funcref)
(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store8 (i32.const 2193) (ref.is_null (table.get $t (i32.const 3))))
  (i32.const 2048))
