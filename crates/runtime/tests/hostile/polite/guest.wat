;; A polite guest, in parts. A case file leaves out what it has itself: a part goes in unless the file defines a function
;; (or the memory) of its name. Messages are those of spec/guest-abi.md; inputs are 64 bytes at most (short) or longer (long).
;; Short steps go to $behave, long ones to $misbehave; both make an honest claim here.
;;
;; memory: 64 role and public key, 128 seed, 256 the end of a claim, 1024 constants and 1536 words of SHA-256, 1792 its digest,
;; 2048 the output, 4096 the message (4096 bytes at most).

;; part: memory
(memory (export "memory") 1 1)

;; part: alloc
(func $alloc (export "alloc") (param $len i32) (result i32)
  (select (i32.const 4096) (i32.const -1) (i32.le_u (local.get $len) (i32.const 4096))))

;; part: output_len
(func $output_len (export "output_len") (result i32) (global.get $len))

;; part: execute
(func $execute (export "execute") (param $at i32) (param $len i32) (result i32)
  (global.set $len (i32.const 0))
  (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 2))
    (then (return (call $set_up (local.get $at) (local.get $len)))))
  (if (result i32) (call $is_long (local.get $len))
    (then (call $misbehave (local.get $at) (local.get $len)))
    (else (call $behave (local.get $at) (local.get $len)))))

;; part: behave
(func $behave (param $at i32) (param $len i32) (result i32) (call $claim (local.get $at) (local.get $len)))

;; part: misbehave
(func $misbehave (param $at i32) (param $len i32) (result i32) (call $claim (local.get $at) (local.get $len)))

;; part: set_up
(func $set_up (param $at i32) (param $len i32) (result i32)
  (call $polite_set_up (local.get $at) (local.get $len)))

;; part: polite_set_up
;; Configure: nothing to do. Install key: role, key and seed are kept. Wipe key: the seed goes. Recall: an empty array.
(func $polite_set_up (param $at i32) (param $len i32) (result i32)
  (local $kind i32)
  (local.set $kind (i32.load8_u (local.get $at)))
  (if (i32.eq (local.get $kind) (i32.const 1))
    (then
      (memory.copy (i32.const 64) (i32.add (local.get $at) (i32.const 1)) (i32.const 33))
      (memory.copy (i32.const 128) (i32.add (local.get $at) (i32.const 34)) (i32.sub (local.get $len) (i32.const 34)))
      (memory.fill (local.get $at) (i32.const 0) (local.get $len))))
  (if (i32.eq (local.get $kind) (i32.const 3)) (then (memory.fill (i32.const 128) (i32.const 0) (i32.const 32))))
  (if (i32.eq (local.get $kind) (i32.const 4))
    (then
      (i32.store8 (i32.const 2048) (i32.const 0x80))
      (global.set $len (i32.const 1))))
  (i32.const 2048))

;; part: claim
(global $len (mut i32) (i32.const 0))
;; Key 6 onwards: pass, all completed, no work, no graph, no cut, no score, no evidence, nothing refused.
(data (i32.const 256)
  "\06\82\00\00\07\18\1f\08\86\00\00\00\00\00\00\09\85\00\00\00\00\00\0a\f6\0b\f6\0c\89\58\20"
  "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00"
  "\f6\00\00\00\00\00\f4\00\0d\82\00\80")
(func $is_long (param $len i32) (result i32) (i32.gt_u (local.get $len) (i32.const 105)))
;; The honest answer to the step at $at: [claim, null] at 2048, 190 bytes while the epoch is below 24. Then the claim is at 2051:
;; version 2053, epoch 2055, previous 2059, input 2094, role 2128, key 2131, decision 2165, completed 2169, evidence hash 2193,
;; refused 2235; and the signature, null, at 2237.
(func $claim (param $at i32) (param $len i32) (result i32)
  (local $to i32)
  (call $sha256 (i32.add (local.get $at) (i32.const 41)) (i32.sub (local.get $len) (i32.const 41)))
  (i32.store (i32.const 2048) (i32.const 0xba5882))
  (i32.store (i32.const 2051) (i32.const 0x020101ad))
  (local.set $to (i32.const 2055))
  (if (i32.gt_u (i32.load8_u offset=1 (local.get $at)) (i32.const 23))
    (then
      (i32.store8 (local.get $to) (i32.const 0x18))
      (i32.store8 (i32.const 2050) (i32.const 0xbb))
      (local.set $to (i32.const 2056))))
  (i32.store8 (local.get $to) (i32.load8_u offset=1 (local.get $at)))
  (i32.store offset=1 (local.get $to) (i32.const 0x205803))
  (memory.copy (i32.add (local.get $to) (i32.const 4)) (i32.add (local.get $at) (i32.const 9)) (i32.const 32))
  (i32.store offset=36 (local.get $to) (i32.const 0x205804))
  (memory.copy (i32.add (local.get $to) (i32.const 39)) (i32.const 1792) (i32.const 32))
  (i32.store16 offset=71 (local.get $to) (i32.const 0x8205))
  (i32.store8 offset=73 (local.get $to) (i32.load8_u (i32.const 64)))
  (i32.store16 offset=74 (local.get $to) (i32.const 0x2058))
  (memory.copy (i32.add (local.get $to) (i32.const 76)) (i32.const 65) (i32.const 32))
  (memory.copy (i32.add (local.get $to) (i32.const 108)) (i32.const 256) (i32.const 74))
  (i32.store8 offset=182 (local.get $to) (i32.const 0xf6))
  (global.set $len (i32.sub (local.get $to) (i32.const 1865)))
  (i32.const 2048))
;; Makes room for $count bytes at $place in the claim, and says so in its head.
(func $insert (param $place i32) (param $count i32)
  (memory.copy
    (i32.add (local.get $place) (local.get $count))
    (local.get $place)
    (i32.sub (i32.add (i32.const 2048) (global.get $len)) (local.get $place)))
  (global.set $len (i32.add (global.get $len) (local.get $count)))
  (i32.store8 (i32.const 2050) (i32.add (i32.load8_u (i32.const 2050)) (local.get $count))))

;; part: sha256
(data (i32.const 1024)
  "\98\2f\8a\42\91\44\37\71\cf\fb\c0\b5\a5\db\b5\e9\5b\c2\56\39\f1\11\f1\59\a4\82\3f\92\d5\5e\1c\ab"
  "\98\aa\07\d8\01\5b\83\12\be\85\31\24\c3\7d\0c\55\74\5d\be\72\fe\b1\de\80\a7\06\dc\9b\74\f1\9b\c1"
  "\c1\69\9b\e4\86\47\be\ef\c6\9d\c1\0f\cc\a1\0c\24\6f\2c\e9\2d\aa\84\74\4a\dc\a9\b0\5c\da\88\f9\76"
  "\52\51\3e\98\6d\c6\31\a8\c8\27\03\b0\c7\7f\59\bf\f3\0b\e0\c6\47\91\a7\d5\51\63\ca\06\67\29\29\14"
  "\85\0a\b7\27\38\21\1b\2e\fc\6d\2c\4d\13\0d\38\53\54\73\0a\65\bb\0a\6a\76\2e\c9\c2\81\85\2c\72\92"
  "\a1\e8\bf\a2\4b\66\1a\a8\70\8b\4b\c2\a3\51\6c\c7\19\e8\92\d1\24\06\99\d6\85\35\0e\f4\70\a0\6a\10"
  "\16\c1\a4\19\08\6c\37\1e\4c\77\48\27\b5\bc\b0\34\b3\0c\1c\39\4a\aa\d8\4e\4f\ca\9c\5b\f3\6f\2e\68"
  "\ee\82\8f\74\6f\63\a5\78\14\78\c8\84\08\02\c7\8c\fa\ff\be\90\eb\6c\50\a4\f7\a3\f9\be\f2\78\71\c6")
(data (i32.const 1280)
  "\67\e6\09\6a\85\ae\67\bb\72\f3\6e\3c\3a\f5\4f\a5\7f\52\0e\51\8c\68\05\9b\ab\d9\83\1f\19\cd\e0\5b")
(func $swapped (param $word i32) (result i32)
  (i32.or
    (i32.and (i32.rotl (local.get $word) (i32.const 8)) (i32.const 0x00ff00ff))
    (i32.and (i32.rotr (local.get $word) (i32.const 8)) (i32.const 0xff00ff00))))
;; FIPS 180-4. Pads in place; the digest is left at 1792.
(func $sha256 (param $at i32) (param $len i32)
  (local $padded i32) (local $end i32)
  (local.set $padded (i32.and (i32.add (local.get $len) (i32.const 72)) (i32.const -64)))
  (local.set $end (i32.add (local.get $at) (local.get $padded)))
  (memory.fill
    (i32.add (local.get $at) (local.get $len)) (i32.const 0) (i32.sub (local.get $padded) (local.get $len)))
  (i32.store8 (i32.add (local.get $at) (local.get $len)) (i32.const 0x80))
  (i32.store (i32.sub (local.get $end) (i32.const 4)) (call $swapped (i32.shl (local.get $len) (i32.const 3))))
  (memory.copy (i32.const 1792) (i32.const 1280) (i32.const 32))
  (loop $blocks
    (call $block (local.get $at))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br_if $blocks (i32.lt_u (local.get $at) (local.get $end))))
  (local.set $at (i32.const 1792))
  (loop $words
    (i32.store (local.get $at) (call $swapped (i32.load (local.get $at))))
    (local.set $at (i32.add (local.get $at) (i32.const 4)))
    (br_if $words (i32.lt_u (local.get $at) (i32.const 1824)))))
(func $block (param $at i32)
  (local $i i32) (local $t i32) (local $u i32)
  (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $e i32) (local $f i32) (local $g i32) (local $h i32)
  (loop $given
    (i32.store offset=1536 (local.get $i) (call $swapped (i32.load (i32.add (local.get $at) (local.get $i)))))
    (br_if $given (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 64))))
  (local.set $i (i32.const 0))
  (loop $derived
    (local.set $t (i32.load offset=1540 (local.get $i)))
    (local.set $u (i32.load offset=1592 (local.get $i)))
    (i32.store offset=1600 (local.get $i)
      (i32.add
        (i32.add (i32.load offset=1536 (local.get $i)) (i32.load offset=1572 (local.get $i)))
        (i32.add
          (i32.xor
            (i32.xor (i32.rotr (local.get $t) (i32.const 7)) (i32.rotr (local.get $t) (i32.const 18)))
            (i32.shr_u (local.get $t) (i32.const 3)))
          (i32.xor
            (i32.xor (i32.rotr (local.get $u) (i32.const 17)) (i32.rotr (local.get $u) (i32.const 19)))
            (i32.shr_u (local.get $u) (i32.const 10))))))
    (br_if $derived (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 192))))
  (local.set $a (i32.load (i32.const 1792))) (local.set $b (i32.load (i32.const 1796)))
  (local.set $c (i32.load (i32.const 1800))) (local.set $d (i32.load (i32.const 1804)))
  (local.set $e (i32.load (i32.const 1808))) (local.set $f (i32.load (i32.const 1812)))
  (local.set $g (i32.load (i32.const 1816))) (local.set $h (i32.load (i32.const 1820)))
  (local.set $i (i32.const 0))
  (loop $rounds
    (local.set $t
      (i32.add
        (i32.add
          (local.get $h)
          (i32.xor
            (i32.xor (i32.rotr (local.get $e) (i32.const 6)) (i32.rotr (local.get $e) (i32.const 11)))
            (i32.rotr (local.get $e) (i32.const 25))))
        (i32.add
          (i32.xor
            (i32.and (local.get $e) (local.get $f))
            (i32.and (i32.xor (local.get $e) (i32.const -1)) (local.get $g)))
          (i32.add (i32.load offset=1024 (local.get $i)) (i32.load offset=1536 (local.get $i))))))
    (local.set $u
      (i32.add
        (i32.xor
          (i32.xor (i32.rotr (local.get $a) (i32.const 2)) (i32.rotr (local.get $a) (i32.const 13)))
          (i32.rotr (local.get $a) (i32.const 22)))
        (i32.xor
          (i32.xor (i32.and (local.get $a) (local.get $b)) (i32.and (local.get $a) (local.get $c)))
          (i32.and (local.get $b) (local.get $c)))))
    (local.set $h (local.get $g)) (local.set $g (local.get $f)) (local.set $f (local.get $e))
    (local.set $e (i32.add (local.get $d) (local.get $t)))
    (local.set $d (local.get $c)) (local.set $c (local.get $b)) (local.set $b (local.get $a))
    (local.set $a (i32.add (local.get $t) (local.get $u)))
    (br_if $rounds (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 256))))
  (i32.store (i32.const 1792) (i32.add (i32.load (i32.const 1792)) (local.get $a)))
  (i32.store (i32.const 1796) (i32.add (i32.load (i32.const 1796)) (local.get $b)))
  (i32.store (i32.const 1800) (i32.add (i32.load (i32.const 1800)) (local.get $c)))
  (i32.store (i32.const 1804) (i32.add (i32.load (i32.const 1804)) (local.get $d)))
  (i32.store (i32.const 1808) (i32.add (i32.load (i32.const 1808)) (local.get $e)))
  (i32.store (i32.const 1812) (i32.add (i32.load (i32.const 1812)) (local.get $f)))
  (i32.store (i32.const 1816) (i32.add (i32.load (i32.const 1816)) (local.get $g)))
  (i32.store (i32.const 1820) (i32.add (i32.load (i32.const 1820)) (local.get $h))))
