;; Goes on after its last section with bytes that are none.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\ff\ff\ff")
