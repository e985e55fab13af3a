;; Reflected CRCs of up to 64 bits; register and result are inverted by the caller. The polynomial comes from outside: that
;; of CRC-64/XZ is c96c5795d7870f42. A CRC of 32 bits is one of 64 whose polynomial is x^32 times as large: its register
;; stays in the low half, and everything else holds as it is.
;; Memory: 0 eight tables of 256 entries (slice-by-8) | 16384 x^(8*2^k) for k = 0..63 | 16896 the register | 65536 input.
(module
  (import "crc" "polynomial" (global $polynomial i64))
  (memory (export "memory") 5)

  ;; Product of two polynomials modulo the CRC's. Bit 63 is x^0.
  (func $multiply (param $a i64) (param $b i64) (result i64)
    (local $product i64)
    (loop $next
      (if (i64.lt_s (local.get $a) (i64.const 0))
        (then (local.set $product (i64.xor (local.get $product) (local.get $b)))))
      (local.set $b
        (i64.xor
          (i64.shr_u (local.get $b) (i64.const 1))
          (i64.and
            (i64.sub (i64.const 0) (i64.and (local.get $b) (i64.const 1)))
            (global.get $polynomial))))
      (local.set $a (i64.shl (local.get $a) (i64.const 1)))
      (br_if $next (i64.ne (local.get $a) (i64.const 0))))
    (local.get $product))

  ;; Fills the tables. Table 0 is the bytewise one; table n looks n zero bytes further.
  (func $fill
    (local $at i32) (local $bit i32) (local $value i64)
    (loop $entries
      (local.set $value (i64.extend_i32_u (i32.shr_u (local.get $at) (i32.const 3))))
      (local.set $bit (i32.const 8))
      (loop $bits
        (local.set $value
          (i64.xor
            (i64.shr_u (local.get $value) (i64.const 1))
            (i64.and
              (i64.sub (i64.const 0) (i64.and (local.get $value) (i64.const 1)))
              (global.get $polynomial))))
        (local.set $bit (i32.sub (local.get $bit) (i32.const 1)))
        (br_if $bits (local.get $bit)))
      (i64.store (local.get $at) (local.get $value))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $entries (i32.lt_u (local.get $at) (i32.const 2048))))
    (loop $further
      (local.set $value (i64.load (i32.sub (local.get $at) (i32.const 2048))))
      (i64.store (local.get $at)
        (i64.xor
          (i64.shr_u (local.get $value) (i64.const 8))
          (i64.load (i32.shl (i32.and (i32.wrap_i64 (local.get $value)) (i32.const 255)) (i32.const 3)))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $further (i32.lt_u (local.get $at) (i32.const 16384))))
    (local.set $value (i64.const 0x0080000000000000))
    (loop $powers
      (i64.store (local.get $at) (local.get $value))
      (local.set $value (call $multiply (local.get $value) (local.get $value)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $powers (i32.lt_u (local.get $at) (i32.const 16896)))))
  (start $fill)

  ;; Four lanes of 2^$log bytes each, side by side so that their table look-ups overlap; then joined to one register.
  (func $lanes (param $at i32) (param $log i32) (param $c0 i64) (result i64)
    (local $c1 i64) (local $c2 i64) (local $c3 i64)
    (local $x i64) (local $lo i32) (local $hi i32)
    (local $lane i32) (local $two i32) (local $three i32) (local $end i32) (local $shift i64)
    (local.set $lane (i32.shl (i32.const 1) (local.get $log)))
    (local.set $two (i32.shl (i32.const 2) (local.get $log)))
    (local.set $three (i32.add (local.get $lane) (local.get $two)))
    (local.set $end (i32.add (local.get $at) (local.get $lane)))
    (loop $words
      (local.set $x (i64.xor (local.get $c0) (i64.load (local.get $at))))
      (local.set $lo (i32.wrap_i64 (local.get $x)))
      (local.set $hi (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))))
      (local.set $c0
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=14336 (i32.and (i32.shl (local.get $lo) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=12288 (i32.and (i32.shr_u (local.get $lo) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=10240 (i32.and (i32.shr_u (local.get $lo) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=8192 (i32.and (i32.shr_u (local.get $lo) (i32.const 21)) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=6144 (i32.and (i32.shl (local.get $hi) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=4096 (i32.and (i32.shr_u (local.get $hi) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=2048 (i32.and (i32.shr_u (local.get $hi) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=0 (i32.and (i32.shr_u (local.get $hi) (i32.const 21)) (i32.const 0x7f8)))))))
      (local.set $x (i64.xor (local.get $c1) (i64.load (i32.add (local.get $at) (local.get $lane)))))
      (local.set $lo (i32.wrap_i64 (local.get $x)))
      (local.set $hi (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))))
      (local.set $c1
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=14336 (i32.and (i32.shl (local.get $lo) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=12288 (i32.and (i32.shr_u (local.get $lo) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=10240 (i32.and (i32.shr_u (local.get $lo) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=8192 (i32.and (i32.shr_u (local.get $lo) (i32.const 21)) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=6144 (i32.and (i32.shl (local.get $hi) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=4096 (i32.and (i32.shr_u (local.get $hi) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=2048 (i32.and (i32.shr_u (local.get $hi) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=0 (i32.and (i32.shr_u (local.get $hi) (i32.const 21)) (i32.const 0x7f8)))))))
      (local.set $x (i64.xor (local.get $c2) (i64.load (i32.add (local.get $at) (local.get $two)))))
      (local.set $lo (i32.wrap_i64 (local.get $x)))
      (local.set $hi (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))))
      (local.set $c2
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=14336 (i32.and (i32.shl (local.get $lo) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=12288 (i32.and (i32.shr_u (local.get $lo) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=10240 (i32.and (i32.shr_u (local.get $lo) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=8192 (i32.and (i32.shr_u (local.get $lo) (i32.const 21)) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=6144 (i32.and (i32.shl (local.get $hi) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=4096 (i32.and (i32.shr_u (local.get $hi) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=2048 (i32.and (i32.shr_u (local.get $hi) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=0 (i32.and (i32.shr_u (local.get $hi) (i32.const 21)) (i32.const 0x7f8)))))))
      (local.set $x (i64.xor (local.get $c3) (i64.load (i32.add (local.get $at) (local.get $three)))))
      (local.set $lo (i32.wrap_i64 (local.get $x)))
      (local.set $hi (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))))
      (local.set $c3
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=14336 (i32.and (i32.shl (local.get $lo) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=12288 (i32.and (i32.shr_u (local.get $lo) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=10240 (i32.and (i32.shr_u (local.get $lo) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=8192 (i32.and (i32.shr_u (local.get $lo) (i32.const 21)) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=6144 (i32.and (i32.shl (local.get $hi) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=4096 (i32.and (i32.shr_u (local.get $hi) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=2048 (i32.and (i32.shr_u (local.get $hi) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=0 (i32.and (i32.shr_u (local.get $hi) (i32.const 21)) (i32.const 0x7f8)))))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $words (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $shift (i64.load offset=16384 (i32.shl (local.get $log) (i32.const 3))))
    (local.set $c1 (i64.xor (local.get $c1) (call $multiply (local.get $shift) (local.get $c0))))
    (local.set $c2 (i64.xor (local.get $c2) (call $multiply (local.get $shift) (local.get $c1))))
    (i64.xor (local.get $c3) (call $multiply (local.get $shift) (local.get $c2))))

  ;; Takes the register at 16896 over $length bytes at $at.
  (func (export "update") (param $at i32) (param $length i32)
    (local $c i64) (local $x i64) (local $lo i32) (local $hi i32) (local $log i32)
    (local.set $c (i64.load offset=16896 (i32.const 0)))
    (block $short
      (loop $blocks
        (br_if $short (i32.lt_u (local.get $length) (i32.const 1024)))
        ;; The largest power of two of which four fit.
        (local.set $log (i32.sub (i32.const 29) (i32.clz (local.get $length))))
        (local.set $c (call $lanes (local.get $at) (local.get $log) (local.get $c)))
        (local.set $at (i32.add (local.get $at) (i32.shl (i32.const 4) (local.get $log))))
        (local.set $length (i32.sub (local.get $length) (i32.shl (i32.const 4) (local.get $log))))
        (br $blocks)))
    (block $tail
      (loop $words
        (br_if $tail (i32.lt_u (local.get $length) (i32.const 8)))
        (local.set $x (i64.xor (local.get $c) (i64.load (local.get $at))))
        (local.set $lo (i32.wrap_i64 (local.get $x)))
        (local.set $hi (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))))
        (local.set $c
          (i64.xor
            (i64.xor
              (i64.xor
                (i64.load offset=14336 (i32.and (i32.shl (local.get $lo) (i32.const 3)) (i32.const 0x7f8)))
                (i64.load offset=12288 (i32.and (i32.shr_u (local.get $lo) (i32.const 5)) (i32.const 0x7f8))))
              (i64.xor
                (i64.load offset=10240 (i32.and (i32.shr_u (local.get $lo) (i32.const 13)) (i32.const 0x7f8)))
                (i64.load offset=8192 (i32.and (i32.shr_u (local.get $lo) (i32.const 21)) (i32.const 0x7f8)))))
            (i64.xor
              (i64.xor
                (i64.load offset=6144 (i32.and (i32.shl (local.get $hi) (i32.const 3)) (i32.const 0x7f8)))
                (i64.load offset=4096 (i32.and (i32.shr_u (local.get $hi) (i32.const 5)) (i32.const 0x7f8))))
              (i64.xor
                (i64.load offset=2048 (i32.and (i32.shr_u (local.get $hi) (i32.const 13)) (i32.const 0x7f8)))
                (i64.load offset=0 (i32.and (i32.shr_u (local.get $hi) (i32.const 21)) (i32.const 0x7f8)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $length (i32.sub (local.get $length) (i32.const 8)))
        (br $words)))
    (block $done
      (loop $bytes
        (br_if $done (i32.eqz (local.get $length)))
        (local.set $c
          (i64.xor
            (i64.shr_u (local.get $c) (i64.const 8))
            (i64.load
              (i32.shl
                (i32.and (i32.xor (i32.wrap_i64 (local.get $c)) (i32.load8_u (local.get $at))) (i32.const 255))
                (i32.const 3)))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $bytes)))
    (i64.store offset=16896 (i32.const 0) (local.get $c)))

  ;; The CRC $a with $length bytes behind it whose own CRC is $b.
  (func (export "combine") (param $a i64) (param $b i64) (param $length i64) (result i64)
    (local $at i32)
    (block $done
      (loop $bits
        (br_if $done (i64.eqz (local.get $length)))
        (if (i32.wrap_i64 (i64.and (local.get $length) (i64.const 1)))
          (then (local.set $a (call $multiply (i64.load offset=16384 (local.get $at)) (local.get $a)))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $length (i64.shr_u (local.get $length) (i64.const 1)))
        (br $bits)))
    (i64.xor (local.get $a) (local.get $b))))
