;; 20,000 conditions in a row over 1,000 locals: 276 KiB of module, 850 MiB and 20 seconds of a compiler.
;; outcome: refused by seal: too many ends of blocks times locals of a function
;; repeat LOCALS 1000: i64
;; repeat IFS 20000: local.get 0 if nop end

(func $many (param i32) (local @LOCALS@)
  @IFS@)
