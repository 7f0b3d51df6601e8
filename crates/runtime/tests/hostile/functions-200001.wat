;; 200,001 functions, one more than are accepted.
;; outcome: refused by seal: too many functions
;; repeat TYPES 200001: \00
;; repeat BODIES 200001: \02\00\0b

(module binary "\00asm\01\00\00\00" "\01\04\01\60\00\00" "\03\c4\9a\0c\c1\9a\0c@TYPES@" "\0a\c6\cf\24\c1\9a\0c@BODIES@")
