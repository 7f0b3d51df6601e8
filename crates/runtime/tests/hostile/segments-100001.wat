;; 100,001 data segments, one more than any validator accepts.
;; outcome: refused by seal: malformed
;; repeat SEGMENTS 100001: \01\00

(module binary "\00asm\01\00\00\00" "\0b\c5\9a\0c\a1\8d\06@SEGMENTS@")
