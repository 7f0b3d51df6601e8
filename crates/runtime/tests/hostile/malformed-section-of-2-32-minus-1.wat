;; Has a section that says it is 2^32 - 1 bytes long.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\ff\ff\ff\ff\0f\00")
