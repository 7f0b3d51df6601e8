;; Takes the remainder of the most negative number by -1, which is 0 and no trap, though a processor traps.
;; outcome: step: done

(func $misbehave (param $at i32) (param $len i32) (result i32)
  (i32.add (call $claim (local.get $at) (local.get $len)) (i32.rem_s (i32.const 0x80000000) (i32.const -1))))
