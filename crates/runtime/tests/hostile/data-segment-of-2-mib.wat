;; One data segment of two megabytes, in a memory that holds it.
;; outcome: step: done
;; repeat BYTES 200000: abcdefghi

(memory (export "memory") 64 64)
(data (i32.const 65536) "@BYTES@")
