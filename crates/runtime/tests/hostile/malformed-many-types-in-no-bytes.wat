;; Says that it has 2^32 - 1 types and has none.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\05\ff\ff\ff\ff\0f")
