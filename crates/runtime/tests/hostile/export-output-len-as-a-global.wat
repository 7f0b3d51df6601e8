;; Exports a global where output_len should be a function.
;; outcome: refused by engine: missing-export

(func $output_len (result i32) (i32.const 0))
(global (export "output_len") i32 (i32.const 0))
