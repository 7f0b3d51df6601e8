;; Is of a version that does not exist.
;; outcome: refused by seal: malformed

(module binary "\00asm\02\00\00\00")
