;; One function of more than 1 MiB.
;; outcome: refused by seal: too many bytes of a function
;; repeat NOPS 1048576: \01

(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\02\01\00" "\0a\86\80\40\01\82\80\40\00@NOPS@\0b")
