;; 1,001 globals, one more than are accepted.
;; outcome: refused by seal: too many globals
;; repeat GLOBALS 1001: (global (mut i64) (i64.const #))

@GLOBALS@
