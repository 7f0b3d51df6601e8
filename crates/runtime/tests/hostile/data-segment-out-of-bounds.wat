;; Has an active data segment that reaches over the end of its memory.
;; outcome: refused by engine: invalid-module

(data (i32.const 65535) "ab")
