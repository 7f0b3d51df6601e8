;; Begins with another magic number.
;; outcome: refused by seal: malformed

(module binary "\00asn\01\00\00\00")
