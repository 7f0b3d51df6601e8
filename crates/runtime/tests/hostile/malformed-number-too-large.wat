;; Has a LEB128 number beyond 32 bits.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\ff\ff\ff\ff\7f")
