;; Exports a function by a name that is reserved for sealing.
;; outcome: refused by seal: reserved-export

(func (export "avouch:x"))
