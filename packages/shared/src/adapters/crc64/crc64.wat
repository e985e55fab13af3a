;; Reflected CRCs of up to 64 bits; register and result are inverted by the caller. The polynomial comes from outside: that
;; of CRC-64/XZ is c96c5795d7870f42. A CRC of 32 bits is one of 64 whose polynomial is x^32 times as large: its register
;; stays in the low half, and everything else holds as it is.
;; The offsets are those of a multiple of the polynomial that has eight terms, all of them whole bytes apart (docs/adr/0011).
;; Memory: 0 eight tables of 256 entries (slice-by-8) | 16384 x^(8*2^k) for k = 0..63 | 16896 the register | 16904 noughts,
;; which are what comes before the first byte | 65536 input, which is overwritten.
(module
  (import "crc" "polynomial" (global $polynomial i64))
  (import "crc" "offset1" (global $offset1 i32))
  (import "crc" "offset2" (global $offset2 i32))
  (import "crc" "offset3" (global $offset3 i32))
  (import "crc" "offset4" (global $offset4 i32))
  (import "crc" "offset5" (global $offset5 i32))
  (import "crc" "offset6" (global $offset6 i32))
  (import "crc" "offset7" (global $offset7 i32))
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

  ;; Takes the bytes from $at to $end out of the message, 64 at a time: what leaves is added at the seven offsets behind it. Seen
  ;; from there, a byte gets the seven that lie the offsets before it, each of which has got its own already.
  (func $fold (param $at i32) (param $end i32)
    (local $p1 i32) (local $p2 i32) (local $p3 i32) (local $p4 i32) (local $p5 i32) (local $p6 i32) (local $p7 i32)
    (loop $blocks
      (local.set $p1 (i32.sub (local.get $at) (global.get $offset1)))
      (local.set $p2 (i32.sub (local.get $at) (global.get $offset2)))
      (local.set $p3 (i32.sub (local.get $at) (global.get $offset3)))
      (local.set $p4 (i32.sub (local.get $at) (global.get $offset4)))
      (local.set $p5 (i32.sub (local.get $at) (global.get $offset5)))
      (local.set $p6 (i32.sub (local.get $at) (global.get $offset6)))
      (local.set $p7 (i32.sub (local.get $at) (global.get $offset7)))
      (v128.store (local.get $at)
        (v128.xor
          (v128.xor
            (v128.xor (v128.load (local.get $at)) (v128.load (local.get $p1)))
            (v128.xor (v128.load (local.get $p2)) (v128.load (local.get $p3))))
          (v128.xor
            (v128.xor (v128.load (local.get $p4)) (v128.load (local.get $p5)))
            (v128.xor (v128.load (local.get $p6)) (v128.load (local.get $p7))))))
      (v128.store offset=16 (local.get $at)
        (v128.xor
          (v128.xor
            (v128.xor (v128.load offset=16 (local.get $at)) (v128.load offset=16 (local.get $p1)))
            (v128.xor (v128.load offset=16 (local.get $p2)) (v128.load offset=16 (local.get $p3))))
          (v128.xor
            (v128.xor (v128.load offset=16 (local.get $p4)) (v128.load offset=16 (local.get $p5)))
            (v128.xor (v128.load offset=16 (local.get $p6)) (v128.load offset=16 (local.get $p7))))))
      (v128.store offset=32 (local.get $at)
        (v128.xor
          (v128.xor
            (v128.xor (v128.load offset=32 (local.get $at)) (v128.load offset=32 (local.get $p1)))
            (v128.xor (v128.load offset=32 (local.get $p2)) (v128.load offset=32 (local.get $p3))))
          (v128.xor
            (v128.xor (v128.load offset=32 (local.get $p4)) (v128.load offset=32 (local.get $p5)))
            (v128.xor (v128.load offset=32 (local.get $p6)) (v128.load offset=32 (local.get $p7))))))
      (v128.store offset=48 (local.get $at)
        (v128.xor
          (v128.xor
            (v128.xor (v128.load offset=48 (local.get $at)) (v128.load offset=48 (local.get $p1)))
            (v128.xor (v128.load offset=48 (local.get $p2)) (v128.load offset=48 (local.get $p3))))
          (v128.xor
            (v128.xor (v128.load offset=48 (local.get $p4)) (v128.load offset=48 (local.get $p5)))
            (v128.xor (v128.load offset=48 (local.get $p6)) (v128.load offset=48 (local.get $p7))))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br_if $blocks (i32.lt_u (local.get $at) (local.get $end)))))

  ;; Adds the $offset bytes before $at to those from $at on: what the last to leave give to those that stay.
  (func $carry (param $at i32) (param $offset i32)
    (local $from i32) (local $end i32)
    (local.set $from (i32.sub (local.get $at) (local.get $offset)))
    (local.set $end (i32.sub (local.get $at) (i32.const 16)))
    (loop $vectors
      (v128.store (local.get $at) (v128.xor (v128.load (local.get $at)) (v128.load (local.get $from))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (local.set $from (i32.add (local.get $from) (i32.const 16)))
      (br_if $vectors (i32.le_u (local.get $from) (local.get $end))))
    (local.set $end (i32.add (local.get $end) (i32.const 16)))
    (block $done
      (loop $bytes
        (br_if $done (i32.eq (local.get $from) (local.get $end)))
        (i32.store8 (local.get $at) (i32.xor (i32.load8_u (local.get $at)) (i32.load8_u (local.get $from))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $bytes))))

  ;; Takes the register at 16896 over $length bytes at $at: folds what is worth it, and leaves the rest to the tables.
  (func (export "update") (param $at i32) (param $length i32)
    (local $c i64) (local $x i64) (local $lo i32) (local $hi i32) (local $folded i32)
    (local.set $c (i64.load offset=16896 (i32.const 0)))
    ;; The last $offset7 bytes stay for the tables, and less than 64 more.
    (local.set $folded (i32.and (i32.sub (local.get $length) (global.get $offset7)) (i32.const -64)))
    (if (i32.ge_s (local.get $folded) (i32.const 512))
      (then
        (i64.store (local.get $at) (i64.xor (i64.load (local.get $at)) (local.get $c)))
        (local.set $c (i64.const 0))
        (local.set $length (i32.sub (local.get $length) (local.get $folded)))
        (local.set $folded (i32.add (local.get $at) (local.get $folded)))
        (call $fold (local.get $at) (local.get $folded))
        (local.set $at (local.get $folded))
        (call $carry (local.get $at) (global.get $offset1))
        (call $carry (local.get $at) (global.get $offset2))
        (call $carry (local.get $at) (global.get $offset3))
        (call $carry (local.get $at) (global.get $offset4))
        (call $carry (local.get $at) (global.get $offset5))
        (call $carry (local.get $at) (global.get $offset6))
        (call $carry (local.get $at) (global.get $offset7))))
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
