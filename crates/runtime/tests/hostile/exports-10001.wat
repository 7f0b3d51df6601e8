;; 10,001 exports, one more than are accepted.
;; outcome: refused by seal: too many exports
;; repeat EXPORTS 10001: (export "e#")

(func $f @EXPORTS@)
