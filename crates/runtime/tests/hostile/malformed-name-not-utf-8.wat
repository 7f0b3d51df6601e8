;; Has an export name that is not UTF-8.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\07\05\01\01\ff\00\00" "\0a\04\01\02\00\0b")
