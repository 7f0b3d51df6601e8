;; Ends within its first section.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\04\01\60")
