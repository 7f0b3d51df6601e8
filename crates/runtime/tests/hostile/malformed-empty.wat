;; No byte at all.
;; outcome: refused by seal: malformed

(module binary "")
