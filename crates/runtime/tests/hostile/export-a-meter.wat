;; Exports a meter of its own, as if it were sealed.
;; outcome: refused by seal: sealed already

(global $meter (export "avouch:meter") (mut i64) (i64.const 0x7fffffffffffffff))
