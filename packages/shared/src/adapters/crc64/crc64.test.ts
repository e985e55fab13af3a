import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { createCRC64 } from "hash-wasm";

import { assemble } from "./build.ts";

// Built before it is loaded, for a module that lay there before would be examined instead.
const build = fileURLToPath(new URL("../../../native/build.mjs", import.meta.url));
execFileSync(process.execPath, [build], { stdio: "ignore" });
const { chooseCrc64, combineCrc64, crc64, createCrc64 } = await import("./crc64.ts");

const reference = await createCRC64("c96c5795d7870f42");

function expected(bytes: Uint8Array): bigint {
  reference.init();
  reference.update(bytes);
  return BigInt(`0x${reference.digest()}`);
}

const lengths = [
  0, 1, 7, 8, 9, 63, 255, 1023, 1025, 2101, 2612, 2613, 2676, 2677, 4096, 4097, 5000, 65_535, 65_536, 262_143, 262_144,
  262_145, 1_000_003,
];

test("the native module runs where a C compiler is", (t) => {
  if (spawnSync(process.env["CC"] ?? "cc", ["--version"]).status !== 0) return t.skip("no C compiler");
  assert.notEqual(chooseCrc64("auto"), "wasm");
});

test("the committed module is what the source assembles to", async () => {
  assert.equal(await readFile(new URL("module.ts", import.meta.url), "utf8"), await assemble());
});

for (const choice of ["wasm", "auto"] as const) {
  const name = chooseCrc64(choice);
  test(`${name}: published check values hold`, () => {
    chooseCrc64(choice);
    assert.equal(crc64(Buffer.from("123456789")), 0x995dc9bbdf1939fan);
    assert.equal(crc64(Buffer.from("This is a test of the emergency broadcast system.")), 0x27db187fc15bbc72n);
    assert.equal(crc64(new Uint8Array()), 0n);
  });

  test(`${name}: random bytes of many lengths give what an independent implementation gives`, () => {
    chooseCrc64(choice);
    for (const length of lengths) {
      const bytes = randomBytes(length + 3).subarray(3);
      assert.equal(crc64(bytes), expected(bytes), `${length} bytes`);
    }
  });

  test(`${name}: pieces give what the whole gives, however they are cut and whatever else is hashed meanwhile`, () => {
    chooseCrc64(choice);
    const whole = randomBytes(700_001);
    for (let round = 0; round < 20; round += 1) {
      const hasher = createCrc64();
      let previous = 0n;
      for (let at = 0; at < whole.length;) {
        const piece = whole.subarray(at, at + 1 + Math.floor(Math.random() * 200_000));
        hasher.update(piece);
        previous = crc64(piece, previous);
        at += piece.length;
      }
      assert.equal(hasher.value(), expected(whole));
      assert.equal(previous, expected(whole));
    }
  });
}

test("the CRC of two pieces follows from the CRC of each", () => {
  for (const length of lengths) {
    const first = randomBytes(1000);
    const second = randomBytes(length);
    assert.equal(combineCrc64(crc64(first), crc64(second), length), expected(Buffer.concat([first, second])));
  }
});

test("combining works for lengths beyond four gigabytes", () => {
  const piece = randomBytes(4096);
  let crc = crc64(piece);
  let bytes = piece.length;
  for (; bytes < 2 ** 40; bytes *= 2) crc = combineCrc64(crc, crc, bytes);
  // One more step undone by another cut: (n - 4096) + 4096 bytes.
  const once = crc64(piece);
  let rest = 0n;
  for (let size = bytes / 2; size >= 4096; size /= 2) {
    let half = once;
    for (let grown = 4096; grown < size; grown *= 2) half = combineCrc64(half, half, grown);
    rest = combineCrc64(rest, half, size);
  }
  assert.equal(combineCrc64(rest, once, 4096), crc);
});
