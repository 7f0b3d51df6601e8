;; Has a global whose first value is computed.
;; outcome: refused by seal: unsupported-feature

(global i32 (i32.add (i32.const 1) (i32.const 2)))
