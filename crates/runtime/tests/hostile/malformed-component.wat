;; Is a component, not a core module.
;; outcome: refused by seal: malformed

(module binary "\00asm\0d\00\01\00")
