import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { createCRC64 } from "hash-wasm";

import { bodyOf, chunksOf, gather } from "../src/core/body.ts";
import { bucketConfigSchema, type BucketConfigInput, type Sizes } from "../src/core/bucket-config.ts";
import type { BucketStore, StoredObject } from "../src/core/bucket.ts";
import { assemble } from "../src/core/crc64/build.ts";
import { crc64Combine, crc64Of, createCrc64 } from "../src/core/crc64/crc64.ts";
import { createFolderStore } from "../src/core/folder-store.ts";
import { createMemoryStore } from "../src/core/memory-store.ts";
import { createSinkStore } from "../src/core/sink-store.ts";
import { createStoreSet } from "../src/core/store-set.ts";
import { createSyntheticStore } from "../src/core/synthetic-store.ts";
import { put, someFacts, storeContract } from "../src/testing/store-contract.ts";

const root = await mkdtemp(join(tmpdir(), "emulator-stores-"));
after(() => rm(root, { recursive: true, force: true }));
let folders = 0;

storeContract("memory", { open: async () => createMemoryStore(), reads: "content" });
storeContract("folder", { open: () => createFolderStore(join(root, `store-${(folders += 1)}`)), reads: "content" });
storeContract("sink", { open: async () => createSinkStore(), reads: "nothing" });

test("sink: reading says why there is nothing to read", async () => {
  const store = createSinkStore();
  await put(store, "key", "content");
  assert.throws(() => store.read("key", 0, 7), /keeps no bytes/);
});

test("folder: objects, facts and contents survive a restart; replaced and removed ones leave no file", async () => {
  const folder = join(root, "restart");
  const first = await createFolderStore(folder);
  await put(first, "kept", "old");
  await put(first, "kept", "new");
  await put(first, "removed", "content");
  await first.remove("removed");
  await first.draft(bodyOf(Buffer.from("never committed")));
  const second = await createFolderStore(folder);
  assert.deepEqual(await second.stat("kept"), { ...someFacts, key: "kept", sizeBytes: 3 });
  assert.equal((await gather(second.read("kept", 0, 3), 10)).toString(), "new");
  assert.deepEqual(
    (await second.list({ prefix: "", after: undefined, limit: 10 })).map(({ key }) => key),
    ["kept"],
  );
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  assert.equal(files.length, 2);
});

test("a set of buckets in a folder is there again after a restart", async () => {
  const options = { folder: join(root, "set"), now: Date.now };
  const first = await createStoreSet(options);
  const bucket = await first.create("bucket-one", { kind: "plain" });
  await put(bucket.store, "key", "content");
  await first.create("gone", { kind: "plain" });
  await first.remove("gone");
  const second = await createStoreSet(options);
  assert.deepEqual(
    second.list().map(({ name }) => name),
    ["bucket-one"],
  );
  assert.equal((await second.get("bucket-one")?.store.stat("key"))?.sizeBytes, 7);
});

function synthetic(config: Omit<Extract<BucketConfigInput, { kind: "synthetic" }>, "kind">): BucketStore {
  const parsed = bucketConfigSchema.parse({ kind: "synthetic", ...config });
  assert.ok(parsed.kind === "synthetic");
  return createSyntheticStore(parsed);
}

async function listAll(store: BucketStore, limit: number): Promise<readonly StoredObject[]> {
  const all: StoredObject[] = [];
  for (;;) {
    const page = await store.list({ prefix: "", after: all.at(-1)?.key, limit });
    all.push(...page);
    if (page.length < limit) return all;
  }
}

for (const scheme of ["flat-hex", "sequential", "dates", "folders", "chinese"] as const) {
  for (const spread of ["even", "skewed"] as const) {
    test(`synthetic: ${scheme}, ${spread}: pages give every key once, in byte order`, async () => {
      const store = synthetic({ objects: 5003, keys: { scheme, spread, groups: 50, prefix: "p/" } });
      const keys = (await listAll(store, 1000)).map(({ key }) => key);
      assert.equal(new Set(keys).size, 5003);
      const sorted = keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
      assert.deepEqual(keys, sorted);
      const middle = keys[2500] ?? "";
      assert.equal((await store.stat(middle))?.key, middle);
      assert.equal(await store.stat(`${middle}x`), undefined);
      assert.equal((await store.list({ prefix: middle, after: undefined, limit: 10 })).length, 1);
    });
  }
}

const sizeDistributions: Sizes[] = [
  { distribution: "fixed", bytes: 3 * 1024 ** 2 + 17 },
  {
    distribution: "mixed",
    classes: [
      { bytes: 0, weight: 1 },
      { bytes: 4096, weight: 8 },
      { bytes: 1_048_573 * 2, weight: 1 },
    ],
  },
  { distribution: "lognormal", medianBytes: 20_000, sigma: 1.5, maxBytes: 5_000_000 },
];

for (const sizes of sizeDistributions) {
  test(`synthetic: ${sizes.distribution} sizes: every proof belongs to the content, and any range can be read alone`, async () => {
    const store = synthetic({ objects: 25, sizes, seed: 9 });
    for (const object of await store.list({ prefix: "", after: undefined, limit: 100 })) {
      const content = await gather(store.read(object.key, 0, object.sizeBytes), 10_000_000);
      assert.equal(content.length, object.sizeBytes);
      assert.equal(object.etag, createHash("md5").update(content).digest("hex"));
      assert.equal(object.crc64, crc64Of(content));
      const start = Math.floor(object.sizeBytes / 3);
      const end = Math.floor(object.sizeBytes / 2);
      assert.deepEqual(await gather(store.read(object.key, start, end), 10_000_000), content.subarray(start, end));
    }
  });
}

test("synthetic: ten million keys cost neither time to open nor memory per key", async () => {
  const store = synthetic({ objects: 10_000_000, keys: { scheme: "flat-hex" } });
  const page = await store.list({ prefix: "8", after: undefined, limit: 1000 });
  assert.equal(page.length, 1000);
  assert.ok(page.every(({ key }) => key.startsWith("8")));
});

test("synthetic: a body of 20 GiB has its CRC-64 without anybody reading it", async () => {
  const small = synthetic({ objects: 1, sizes: { distribution: "fixed", bytes: 80 * 1024 ** 2 } });
  const object = (await small.list({ prefix: "", after: undefined, limit: 1 }))[0];
  assert.ok(object);
  assert.match(object.etag, /^[0-9a-f]{32}-2$/);
  const crc = createCrc64();
  for await (const chunk of chunksOf(small.read(object.key, 0, object.sizeBytes))) crc.update(chunk);
  assert.equal(object.crc64, crc.finish());
  const large = synthetic({ objects: 1, sizes: { distribution: "fixed", bytes: 20 * 1024 ** 3 } });
  const [huge] = await large.list({ prefix: "", after: undefined, limit: 1 });
  assert.equal(huge?.sizeBytes, 20 * 1024 ** 3);
});

test("synthetic: the seed decides keys and contents", async () => {
  assert.deepEqual(await keysOf(3), await keysOf(3));
  assert.notDeepEqual(await keysOf(3), await keysOf(4));
});

test("CRC-64 of parts combines to the CRC-64 of the whole", () => {
  const content = Buffer.from("The quick brown fox jumps over the lazy dog".repeat(100));
  for (const kind of ["xz", "nvme"] as const) {
    for (const at of [0, 1, 1000, content.length]) {
      const rest = content.length - at;
      const combined = crc64Combine(
        crc64Of(content.subarray(0, at), kind),
        crc64Of(content.subarray(at), kind),
        rest,
        kind,
      );
      assert.equal(combined, crc64Of(content, kind));
    }
  }
  assert.equal(crc64Of(Buffer.from("123456789"), "xz"), 0x995dc9bbdf1939fan);
  assert.equal(crc64Of(Buffer.from("123456789"), "nvme"), 0xae8b14860a799888n);
});

test("CRC-64 is what another implementation computes, whatever the length and the pieces", async () => {
  const content = Buffer.from(Array.from({ length: 200_003 }, (_, at) => (at * at) >>> 3));
  for (const [kind, polynomial] of [
    ["xz", "c96c5795d7870f42"],
    ["nvme", "9a6c9329ac4bc9b5"],
  ] as const) {
    const other = await createCRC64(polynomial);
    for (const lengthBytes of [0, 1, 7, 15, 16, 17, 4096, 65_535, 65_536, 65_537, content.length]) {
      const piece = content.subarray(0, lengthBytes);
      const expected = BigInt(`0x${other.init().update(piece).digest()}`);
      assert.equal(crc64Of(piece, kind), expected, `${kind} of ${lengthBytes} bytes`);
      const crc = createCrc64(kind);
      crc.update(piece.subarray(0, lengthBytes / 3));
      crc.update(piece.subarray(lengthBytes / 3));
      assert.equal(crc.finish(), expected, `${kind} of ${lengthBytes} bytes in two pieces`);
    }
  }
});

test("the committed CRC-64 module is what its source assembles to", async () => {
  const committed = new URL("../src/core/crc64/module.ts", import.meta.url);
  assert.equal(await readFile(committed, "utf8"), await assemble());
});

async function keysOf(seed: number): Promise<readonly string[]> {
  const store = synthetic({ objects: 10, seed, keys: { scheme: "flat-hex" } });
  return (await listAll(store, 100)).map(({ key, etag }) => key + etag);
}
