;; Exports two things by one name.
;; outcome: refused by seal: malformed

(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\07\09\02\01f\00\00\01f\00\00" "\0a\04\01\02\00\0b")
