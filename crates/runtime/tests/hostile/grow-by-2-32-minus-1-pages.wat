;; Grows its memory by 2^32 - 1 pages, for which no page is charged because none can come; shows what it was answered.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (drop (call $claim (local.get $at) (local.get $len)))
  (i32.store (i32.const 2193) (memory.grow (i32.const -1)))
  (i32.const 2048))
