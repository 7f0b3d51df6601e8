(module
  (memory (export "memory") 16 16)

  ;; Relaxes 4,096 edges (from, to, weight as i32 each) n times: gather, compare, conditional store.
  (func (export "relax") (param $n i32) (result i32)
    (local $edge i32) (local $sum i32) (local $to i32) (local $best i32)
    ;;pad
    loop $sweep
      i32.const 65536 local.set $edge
      loop $edges
        ;; candidate = dist[from] + weight
        (i32.add (i32.load (i32.and (i32.load (local.get $edge)) (i32.const 0x3ffc))) (i32.load offset=8 (local.get $edge)))
        local.tee $best
        (i32.load (local.tee $to (i32.and (i32.load offset=4 (local.get $edge)) (i32.const 0x3ffc))))
        i32.lt_u
        if
          (i32.store (local.get $to) (i32.and (local.get $best) (i32.const 0xffff)))
        end
        (local.set $sum (i32.add (local.get $sum) (local.get $best)))
        (local.set $edge (i32.add (local.get $edge) (i32.const 12)))
        (br_if $edges (i32.ne (local.get $edge) (i32.const 114688)))
      end
      (br_if $sweep (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $sum)

  ;; A hash with a branch on each bit pattern.
  (func (export "mix") (param $n i32) (result i32)
    (local $h i32) (local $i i32)
    ;;pad
    i32.const 0x9e3779b9 local.set $h
    (local.set $n (i32.mul (local.get $n) (i32.const 4096)))
    loop $l
      (local.set $h (i32.xor (local.get $h) (local.get $i)))
      (if (i32.and (local.get $h) (i32.const 1))
        (then (local.set $h (i32.mul (i32.rotl (local.get $h) (i32.const 5)) (i32.const 0x85ebca6b))))
        (else
          (local.set $h (i32.add (local.get $h) (i32.shr_u (local.get $h) (i32.const 3))))
          (if (i32.and (local.get $h) (i32.const 4)) (then (local.set $h (i32.xor (local.get $h) (i32.const 0x27d4eb2f)))))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))
    end
    local.get $h)

  ;; Dot product of 16,384 f32, four vector accumulators, one turn for sixteen.
  (func (export "dot_simd") (param $n i32) (result f32)
    (local $p i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    ;;pad
    loop $again
      i32.const 131072 local.set $p
      loop $l
        (local.set $a (f32x4.add (local.get $a) (f32x4.mul (v128.load (local.get $p)) (v128.load offset=65536 (local.get $p)))))
        (local.set $b (f32x4.add (local.get $b) (f32x4.mul (v128.load offset=16 (local.get $p)) (v128.load offset=65552 (local.get $p)))))
        (local.set $c (f32x4.add (local.get $c) (f32x4.mul (v128.load offset=32 (local.get $p)) (v128.load offset=65568 (local.get $p)))))
        (local.set $d (f32x4.add (local.get $d) (f32x4.mul (v128.load offset=48 (local.get $p)) (v128.load offset=65584 (local.get $p)))))
        (br_if $l (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 64))) (i32.const 196608)))
      end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
    (f32.add (f32.add (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 1 (local.get $a)))
             (f32.add (f32x4.extract_lane 2 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)))))

  ;; The same in one scalar accumulator: a chain of additions.
  (func (export "dot_scalar") (param $n i32) (result f32)
    (local $p i32) (local $a f32)
    ;;pad
    loop $again
      i32.const 131072 local.set $p
      loop $l
        (local.set $a (f32.add (local.get $a) (f32.mul (f32.load (local.get $p)) (f32.load offset=65536 (local.get $p)))))
        (br_if $l (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 4))) (i32.const 147456)))
      end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $a)

  ;; A sum that leaves its loop early, so that its turns cannot be counted.
  (func (export "sum_until") (param $n i32) (result f32)
    (local $p i32) (local $a f32) (local $x f32)
    ;;pad
    loop $again
      i32.const 131072 local.set $p
      block $out
        loop $l
          (br_if $out (f32.lt (local.tee $x (f32.load (local.get $p))) (f32.const 0)))
          (local.set $a (f32.add (local.get $a) (local.get $x)))
          (br_if $l (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 4))) (i32.const 147456)))
        end
      end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $a)

  ;; x = r x (1 - x): nothing but latency.
  (func (export "logistic") (param $n i32) (result f32)
    (local $x f32)
    ;;pad
    f32.const 0.3 local.set $x
    (local.set $n (i32.mul (local.get $n) (i32.const 4096)))
    loop $l
      (local.set $x (f32.mul (f32.mul (f32.const 3.7) (local.get $x)) (f32.sub (f32.const 1) (local.get $x))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    local.get $x)

  ;; y = a x + y over vectors: every turn stores what arithmetic made.
  (func (export "axpy") (param $n i32) (result f32)
    (local $p i32)
    ;;pad
    loop $again
      i32.const 131072 local.set $p
      loop $l
        (v128.store offset=131072 (local.get $p)
          (f32x4.add (f32x4.mul (v128.load (local.get $p)) (v128.const f32x4 0.5 0.5 0.5 0.5)) (v128.load offset=65536 (local.get $p))))
        (br_if $l (i32.ne (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.const 147456)))
      end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    (f32.load (i32.const 262144)))

  ;; 16 KiB in words of eight bytes.
  (func (export "copy") (param $n i32) (result i32)
    (local $p i32)
    ;;pad
    loop $again
      i32.const 131072 local.set $p
      loop $l
        (i64.store offset=131072 (local.get $p) (i64.load (local.get $p)))
        (br_if $l (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 8))) (i32.const 147456)))
      end
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    (i32.load (i32.const 262144)))

  ;; 16 KiB in one operator.
  (func (export "bulk") (param $n i32) (result i32)
    ;;pad
    loop $again
      (memory.copy (i32.const 262144) (i32.const 131072) (i32.const 16384))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
    end
    (i32.load (i32.const 262144)))

  ;; Calls and little else.
  (func $f (param $n i32) (result i32)
    (if (i32.lt_s (local.get $n) (i32.const 2)) (then (return (local.get $n))))
    (i32.add (call $f (i32.sub (local.get $n) (i32.const 1))) (call $f (i32.sub (local.get $n) (i32.const 2)))))
  (func (export "calls") (param $n i32) (result i32) (call $f (i32.const 15)))
)
