import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { bodyOf, gather } from "../core/body.ts";
import type { BucketStore, Draft, ObjectFacts } from "../core/bucket.ts";
import { crc64Of } from "../core/crc64/crc64.ts";

/** A store to examine; `reads` says whether it gives back what was put. */
export interface Subject {
  readonly open: () => Promise<BucketStore>;
  readonly reads: "content" | "nothing";
}

export const someFacts: ObjectFacts = {
  etag: "etag",
  md5Hex: undefined,
  crc64: 2n ** 63n + 5n,
  lastModifiedMs: 1_700_000_000_000,
  storageClass: "STANDARD",
  headers: { "content-type": "text/plain" },
  userMetadata: { colour: "blue" },
  tags: [["team", "one"]],
  acl: "private",
  checksums: {},
  parts: [],
  restoredUntilMs: undefined,
  objectType: "Normal",
  symlinkTarget: undefined,
};

const oddKeys = [
  "a",
  "a//b",
  "a/b",
  "./x",
  "../y",
  "%2F",
  "/lead",
  "ä",
  "\u{1F600}",
  "\uFFFD",
  "文件",
  "a\nb",
  "x".repeat(1024),
];

export async function put(store: BucketStore, key: string, content: string): Promise<Draft> {
  const draft = await store.draft(bodyOf(Buffer.from(content)));
  await store.commit(key, [draft], someFacts);
  return draft;
}

/** The exam that every writable store sits. */
export function storeContract(name: string, subject: Subject): void {
  const everything = { prefix: "", after: undefined, limit: 10_000 };

  test(`${name}: an object that was never put is not there`, async () => {
    const store = await subject.open();
    assert.equal(await store.stat("nowhere"), undefined);
    assert.deepEqual(await store.list(everything), []);
    await store.remove("nowhere");
    await store.amend("nowhere", { acl: "public-read" });
    assert.equal(await store.stat("nowhere"), undefined);
  });

  test(`${name}: any key is kept byte for byte and listed in the order of its UTF-8 bytes`, async () => {
    const store = await subject.open();
    for (const key of oddKeys.toReversed()) await put(store, key, `content of ${key}`);
    const inOrder = oddKeys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    assert.deepEqual(
      (await store.list(everything)).map(({ key }) => key),
      inOrder,
    );
    for (const key of oddKeys) assert.equal((await store.stat(key))?.sizeBytes, Buffer.byteLength(`content of ${key}`));
  });

  test(`${name}: a draft knows its size, MD5 and CRC-64, in one chunk or in several`, async () => {
    const store = await subject.open();
    for (const body of [bodyOf(Buffer.from("123456789")), chunks()]) {
      const draft = await store.draft(body);
      assert.equal(draft.sizeBytes, 9);
      assert.equal(draft.md5Hex, createHash("md5").update("123456789").digest("hex"));
      assert.equal(draft.crc64, 0x995dc9bbdf1939fan);
      await draft.discard();
    }
    const empty = await store.draft(bodyOf(Buffer.alloc(0)));
    assert.deepEqual([empty.sizeBytes, empty.crc64], [0, crc64Of(Buffer.alloc(0))]);
  });

  test(`${name}: a draft that is not committed, or whose body broke off, is no object`, async () => {
    const store = await subject.open();
    const draft = await store.draft(bodyOf(Buffer.from("unused")));
    await assert.rejects(store.draft(broken()), /went away/);
    assert.deepEqual(await store.list(everything), []);
    await draft.discard();
    await draft.discard();
  });

  test(`${name}: several drafts become one object; a second commit replaces the first`, async () => {
    const store = await subject.open();
    const parts = [await store.draft(bodyOf(Buffer.from("one "))), await store.draft(bodyOf(Buffer.from("two")))];
    await put(store, "key", "before");
    await store.commit("key", parts, someFacts);
    assert.equal((await store.stat("key"))?.sizeBytes, 7);
    assert.equal((await store.list(everything)).length, 1);
    if (subject.reads === "nothing") return;
    assert.equal((await gather(store.read("key", 0, 7), 100)).toString(), "one two");
    assert.equal((await gather(store.read("key", 2, 5), 100)).toString(), "e t");
    assert.equal((await gather(store.read("key", 3, 3), 100)).toString(), "");
  });

  test(`${name}: facts are kept and can be amended one by one`, async () => {
    const store = await subject.open();
    await put(store, "key", "content");
    assert.deepEqual(await store.stat("key"), { ...someFacts, key: "key", sizeBytes: 7 });
    await store.amend("key", { acl: "public-read" });
    assert.deepEqual(await store.stat("key"), { ...someFacts, acl: "public-read", key: "key", sizeBytes: 7 });
  });

  test(`${name}: a listing starts after a key, keeps to a prefix and ends at its limit`, async () => {
    const store = await subject.open();
    for (let number = 0; number < 3000; number += 1) await put(store, `n/${(number * 7919) % 3000}`.padEnd(8, "x"), "");
    await put(store, "m", "");
    const all = (await store.list({ prefix: "n/", after: undefined, limit: 10_000 })).map(({ key }) => key);
    assert.equal(all.length, 3000);
    const after = all[1499];
    const page = (await store.list({ prefix: "n/", after, limit: 500 })).map(({ key }) => key);
    assert.deepEqual(page, all.slice(1500, 2000));
    assert.deepEqual(
      (await store.list({ prefix: "n/", after: "a", limit: 1 })).map(({ key }) => key),
      all.slice(0, 1),
    );
    await store.remove(after ?? "");
    assert.equal((await store.list(everything)).length, 3000);
    assert.deepEqual(await store.list({ prefix: "", after: undefined, limit: 0 }), []);
  });
}

async function* chunks() {
  yield Buffer.from("1234");
  yield Buffer.from("56");
  yield Buffer.from("789");
}

async function* broken() {
  yield Buffer.from("half");
  throw new Error("the client went away");
}
