;; Ends within its first eight bytes.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00")
