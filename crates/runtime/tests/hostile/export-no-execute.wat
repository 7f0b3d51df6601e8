;; Exports no execute.
;; outcome: refused by engine: missing-export

(module (memory (export "memory") 1 1)
  (func (export "alloc") (param i32) (result i32) (i32.const 0))
  (func (export "output_len") (result i32) (i32.const 0)))
