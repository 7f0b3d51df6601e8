;; 200 nested loops that change 2,000 locals in the innermost: 18 KiB of module, 730 MiB and 4 seconds of a compiler.
;; outcome: refused by seal: too many values carried around the loops of a function
;; repeat LOCALS 2000: i64
;; repeat OPEN 200: loop
;; repeat CHANGE 2000: (local.set # (i64.add (local.get #) (i64.const 1)))
;; repeat CLOSE 200: (br_if 0 (i32.const 1)) end

(func $knot (local @LOCALS@)
  @OPEN@
  @CHANGE@
  @CLOSE@)
