import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";

import { createCRC32, createCRC64 } from "hash-wasm";

import { combineStoredCrc, createStoredCrc } from "./stored-crc.ts";

const nvme = await createCRC64("9a6c9329ac4bc9b5");
const castagnoli = await createCRC32(0x82f63b78);

const independent = {
  crc64nvme: (bytes: Uint8Array) => BigInt(`0x${nvme.init().update(bytes).digest()}`),
  crc32c: (bytes: Uint8Array) => BigInt(`0x${castagnoli.init().update(bytes).digest()}`),
  crc32: (bytes: Uint8Array) => BigInt(crc32(bytes)),
} as const;
// https://reveng.sourceforge.io/crc-catalogue/ gives these for "123456789".
const published = { crc64nvme: 0xae8b14860a799888n, crc32c: 0xe3069283n, crc32: 0xcbf43926n } as const;

const computed = (algorithm: keyof typeof published, ...pieces: readonly Uint8Array[]): bigint => {
  const crc = createStoredCrc(algorithm);
  for (const piece of pieces) crc.update(piece);
  return crc.value();
};

for (const algorithm of ["crc64nvme", "crc32c", "crc32"] as const) {
  test(`${algorithm}: the published check value holds`, () => {
    assert.equal(computed(algorithm, Buffer.from("123456789")), published[algorithm]);
    assert.equal(computed(algorithm), 0n);
  });

  test(`${algorithm}: random bytes, whole and in pieces, give what an independent implementation gives`, () => {
    for (const length of [0, 1, 7, 8, 795, 1023, 1025, 2253, 4097, 65_537, 262_145, 1_000_003]) {
      const bytes = randomBytes(length);
      const at = Math.floor(Math.random() * length);
      const expected = independent[algorithm](bytes);
      assert.equal(computed(algorithm, bytes), expected, `${length} bytes`);
      const [first, second] = [bytes.subarray(0, at), bytes.subarray(at)];
      assert.equal(computed(algorithm, first, second), expected);
      const parts = [computed(algorithm, first), computed(algorithm, second)] as const;
      assert.equal(combineStoredCrc(algorithm, ...parts, second.length), expected);
    }
  });
}
