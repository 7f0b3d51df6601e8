;; Has a memory of no page at all, so that nothing can be handed to it.
;; outcome: setup: nonsense

(module (memory (export "memory") 0 0)
  (func (export "alloc") (param i32) (result i32) (i32.const 0))
  (func (export "execute") (param i32 i32) (result i32) (i32.const 0))
  (func (export "output_len") (result i32) (i32.const 0)))
