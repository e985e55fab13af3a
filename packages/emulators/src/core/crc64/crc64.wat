;; A reflected CRC of 64 bits, 16 bytes a step (Kounavis and Berry, "slicing-by-16"): each byte's contribution is looked up in
;; the table that looks as many bytes ahead as stand behind it. The exclusive ors form a tree, so that the processor
;; takes them side by side. The polynomial comes from outside; the caller inverts the
;; register before the first byte and after the last.
;; Memory: 0 sixteen tables of 256 entries | 65536 input of up to 65536 bytes.
(module
  (import "crc" "polynomial" (global $polynomial i64))
  (memory (export "memory") 2)

  ;; Entry b of table 0 is the register that byte b leaves; entry b of table n what n zero bytes then make of it.
  (func $fill
    (local $at i32) (local $bit i32) (local $value i64)
    (loop $entries
      (local.set $value (i64.extend_i32_u (i32.shr_u (local.get $at) (i32.const 3))))
      (local.set $bit (i32.const 8))
      (loop $bits
        (local.set $value
          (i64.xor
            (i64.shr_u (local.get $value) (i64.const 1))
            (i64.mul (i64.and (local.get $value) (i64.const 1)) (global.get $polynomial))))
        (local.set $bit (i32.sub (local.get $bit) (i32.const 1)))
        (br_if $bits (local.get $bit)))
      (i64.store (local.get $at) (local.get $value))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $entries (i32.lt_u (local.get $at) (i32.const 2048))))
    (loop $further
      (local.set $value (i64.load (i32.sub (local.get $at) (i32.const 2048))))
      (i64.store (local.get $at) (call $step (local.get $value) (i32.const 0)))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $further (i32.lt_u (local.get $at) (i32.const 32768)))))

  (start $fill)

  ;; The register after one more byte.
  (func $step (param $register i64) (param $byte i32) (result i64)
    (i64.xor
      (i64.shr_u (local.get $register) (i64.const 8))
      (i64.load
        (i32.and
          (i32.shl (i32.xor (i32.wrap_i64 (local.get $register)) (local.get $byte)) (i32.const 3))
          (i32.const 0x7f8)))))

  ;; The register after `length` bytes of the input.
  (func (export "update") (param $register i64) (param $length i32) (result i64)
    (local $at i32) (local $end i32) (local $a i32) (local $b i32) (local $c i32) (local $d i32)
    (local.set $at (i32.const 65536))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $short
      (loop $blocks
        (br_if $short (i32.lt_u (i32.sub (local.get $end) (local.get $at)) (i32.const 16)))
        (local.set $a (i32.xor (i32.load (local.get $at)) (i32.wrap_i64 (local.get $register))))
        (local.set $b
          (i32.xor
            (i32.load offset=4 (local.get $at))
            (i32.wrap_i64 (i64.shr_u (local.get $register) (i64.const 32)))))
        (local.set $c (i32.load offset=8 (local.get $at)))
        (local.set $d (i32.load offset=12 (local.get $at)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $register
          (i64.xor
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=14336 (i32.and (i32.shl (local.get $c) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=12288 (i32.and (i32.shr_u (local.get $c) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=10240 (i32.and (i32.shr_u (local.get $c) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=8192 (i32.and (i32.shr_u (local.get $c) (i32.const 21)) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=6144 (i32.and (i32.shl (local.get $d) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=4096 (i32.and (i32.shr_u (local.get $d) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=2048 (i32.and (i32.shr_u (local.get $d) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=0 (i32.and (i32.shr_u (local.get $d) (i32.const 21)) (i32.const 0x7f8))))))
            (i64.xor
              (i64.xor
                (i64.xor
                  (i64.load offset=30720 (i32.and (i32.shl (local.get $a) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=28672 (i32.and (i32.shr_u (local.get $a) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=26624 (i32.and (i32.shr_u (local.get $a) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=24576 (i32.and (i32.shr_u (local.get $a) (i32.const 21)) (i32.const 0x7f8)))))
              (i64.xor
                (i64.xor
                  (i64.load offset=22528 (i32.and (i32.shl (local.get $b) (i32.const 3)) (i32.const 0x7f8)))
                  (i64.load offset=20480 (i32.and (i32.shr_u (local.get $b) (i32.const 5)) (i32.const 0x7f8))))
                (i64.xor
                  (i64.load offset=18432 (i32.and (i32.shr_u (local.get $b) (i32.const 13)) (i32.const 0x7f8)))
                  (i64.load offset=16384 (i32.and (i32.shr_u (local.get $b) (i32.const 21)) (i32.const 0x7f8))))))))
        (br $blocks)))
    (block $done
      (loop $bytes
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $register (call $step (local.get $register) (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $bytes)))
    (local.get $register)))
