;; Is handed a key of its own and returns null for its signature.
;; outcome: steps: denied bad-claim
;; signer: guest

(func $unused)
