;; Exports an alloc that takes 64 bits.
;; outcome: refused by engine: missing-export

(func $alloc (export "alloc") (param i64) (result i32) (i32.const 0))
