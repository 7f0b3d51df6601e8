;; A module one byte longer than is accepted, most of it one section without a name.
;; outcome: refused by seal: too many bytes of the module
;; pad: 67108865

(module)
