;; Keeps a reference in a mutable global, where no snapshot sees it.
;; outcome: refused by seal: reference-global

(global $r (mut funcref) (ref.null func))
