;; Loads and stores at odd addresses up to the very last byte, with an alignment that is not true.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store align=4 (i32.const 2193) (i32.load align=4 (i32.const 65532)))
  (i64.store align=8 (i32.const 65527) (i64.load align=8 (i32.const 65528)))
  (v128.store align=16 (i32.const 65519) (v128.load align=16 (i32.const 65520)))
  (i32.const 2048))
