;; Has a table of references to the host's things, of which there are none.
;; outcome: refused by seal: unsupported-feature

(table 1 externref)
