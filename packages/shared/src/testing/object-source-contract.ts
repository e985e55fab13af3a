import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { etagOfParts } from "../domain/etag.ts";
import { Fault } from "../domain/fault.ts";
import type { FaultCode } from "../domain/fault-codes.ts";
import { compareKeys } from "../domain/key-order.ts";
import type { SourceObject } from "../domain/object.ts";
import type { SourceSeed } from "../adapters/memory/object-source.ts";
import type { ListRequest, ObjectSource } from "../ports/object-source.ts";
import { oddKeys, oddRootKeys } from "./object-keys.ts";

/** A source to examine, and hands to change what stands behind it. */
export interface SourceSubject {
  readonly source: ObjectSource;
  /** Seeds carry bytes and, where the exam says so, headers, metadata, a storage class or parts; no ETags, no times. */
  lay(seed: SourceSeed): Promise<void>;
  take(key: string): Promise<void>;
  close(): Promise<void>;
}

/** The exam of every `ObjectSource`. `open` gives a source of an empty bucket. */
export function objectSourceContract(name: string, open: () => Promise<SourceSubject>): void {
  describe(`${name} as an object source`, () => {
    const { signal } = new AbortController();
    let subject: SourceSubject;
    const page = (request: Partial<ListRequest>) =>
      subject.source.listPage({ after: undefined, prefix: "", limit: 1000, ...request }, { signal });
    before(async () => {
      subject = await open();
    });
    after(async () => {
      await subject.source.close();
      await subject.close();
    });

    test("an empty bucket has one empty page and nothing more", async () => {
      assert.deepEqual(await page({}), { objects: [], more: false, last: undefined });
    });

    test("head of a missing key is undefined, not a fault", async () => {
      assert.equal(await subject.source.head("nowhere", { signal }), undefined);
    });

    test("reading a missing key is SOURCE_OBJECT_MISSING", async () => {
      const reading = subject.source.read({ key: "nowhere", etag: "x", range: undefined }, { signal });
      await assert.rejects(reading, faultWith("SOURCE_OBJECT_MISSING", "permanent"));
    });

    test("where a source tells early where a page ends, the page ends there", async () => {
      const keys = ["early/a b", "early/b+&", "early/日本", "early/😀"];
      for (const key of keys) await subject.lay({ key, bytes: Buffer.from("x") });
      for (const limit of [1, 3, 4]) {
        const told: string[] = [];
        const listed = await page({ prefix: "early/", limit, onLast: (last) => told.push(last) });
        if (!listed.more || told.length > 0) assert.deepEqual(told, listed.more ? [listed.last] : []);
      }
    });

    test("keys of every odd kind are listed, found and read byte for byte", async () => {
      const keys = [...oddKeys.map((key) => `odd/${key}`), `odd/${"k".repeat(1020)}`].filter(
        (key) => Buffer.byteLength(key) <= 1024,
      );
      for (const key of keys) await subject.lay({ key, bytes: Buffer.from(`content of ${key}`) });
      const listed = await listAll(subject.source, "odd/", 7);
      assert.deepEqual(
        listed.map(({ key }) => key),
        [...keys].sort(compareKeys),
      );
      for (const { key, etag, sizeBytes } of listed) {
        const facts = await subject.source.head(key, { signal });
        assert.equal(facts?.key, key);
        assert.equal(facts?.sizeBytes, sizeBytes);
        assert.equal((await readAll(subject.source, { key, etag })).toString(), `content of ${key}`);
      }
    });

    const keysAfter = async (key: string) =>
      (await page({ after: key, prefix: "order/" })).objects.map((object) => object.key);

    test("keys that begin oddly are taken at the root of a bucket", async () => {
      const keys = [...oddRootKeys, "/lead", "//", "\\x"];
      for (const key of keys) await subject.lay({ key, bytes: Buffer.from(`content of ${key}`) });
      for (const key of keys) {
        const etag = createHash("md5").update(`content of ${key}`).digest("hex");
        assert.equal((await subject.source.head(key, { signal }))?.etag, etag);
        assert.equal((await readAll(subject.source, { key, etag })).toString(), `content of ${key}`);
        assert.equal((await listAll(subject.source, key, 1000)).find((object) => object.key === key)?.etag, etag);
      }
    });

    test("a listing starts strictly after `after`, whether or not that key exists", async () => {
      for (const key of ["order/a", "order/b", "order/c"]) await subject.lay({ key, bytes: Buffer.from(key) });
      assert.deepEqual(await keysAfter("order/a"), ["order/b", "order/c"]);
      assert.deepEqual(await keysAfter("order/aa"), ["order/b", "order/c"]);
      assert.deepEqual(await keysAfter("a"), ["order/a", "order/b", "order/c"]);
      assert.deepEqual(await keysAfter("order/c"), []);
      assert.deepEqual(await keysAfter("z"), []);
    });

    test("a page that is full exactly says truly whether more follows", async () => {
      for (const key of ["full/1", "full/2"]) await subject.lay({ key, bytes: Buffer.from(key) });
      assert.equal((await page({ prefix: "full/", limit: 1 })).more, true);
      assert.equal((await page({ prefix: "full/", limit: 1 })).last, "full/1");
      assert.equal((await page({ prefix: "full/", limit: 2 })).more, false);
    });

    test("listing, head and read tell the same facts", async () => {
      const bytes = Buffer.from("facts");
      await subject.lay({
        key: "facts/one",
        bytes,
        headers: {
          "content-type": "text/plain; charset=utf-8",
          "cache-control": "max-age=60",
          "content-disposition": 'attachment; filename="a.txt"',
          "content-encoding": "identity",
          "content-language": "de",
          expires: "Wed, 21 Oct 2037 07:28:00 GMT",
        },
        userMetadata: { "first-name": "Ada", second_name: "Lovelace" },
      });
      const [listed] = await listAll(subject.source, "facts/one", 10);
      assert.ok(listed);
      assert.equal(listed.etag, createHash("md5").update(bytes).digest("hex"));
      assert.equal(listed.sizeBytes, bytes.length);
      assert.equal(listed.storageClass, "STANDARD");
      const facts = await subject.source.head("facts/one", { signal });
      assert.ok(facts);
      assert.equal(facts.etag, listed.etag);
      assert.equal(facts.sizeBytes, listed.sizeBytes);
      assert.equal(facts.storageClass, listed.storageClass);
      // A listing may know milliseconds, a header never does.
      assert.equal(Math.floor(facts.lastModifiedMs / 1000), Math.floor(listed.lastModifiedMs / 1000));
      assert.deepEqual(facts.headers, {
        "content-type": "text/plain; charset=utf-8",
        "cache-control": "max-age=60",
        "content-disposition": 'attachment; filename="a.txt"',
        "content-encoding": "identity",
        "content-language": "de",
        expires: "Wed, 21 Oct 2037 07:28:00 GMT",
      });
      assert.deepEqual(facts.userMetadata, { "first-name": "Ada", second_name: "Lovelace" });
      const body = await subject.source.read({ key: "facts/one", etag: listed.etag, range: undefined }, { signal });
      for await (const chunk of body.chunks) assert.ok(chunk.length > 0);
      assert.deepEqual(body.facts, facts);
    });

    for (const sizeBytes of [0, 1, 4096, 300_000, 5_000_000]) {
      test(`a body of ${sizeBytes} bytes arrives whole`, async () => {
        const key = `bodies/${sizeBytes}`;
        const bytes = pattern(sizeBytes);
        await subject.lay({ key, bytes });
        const etag = createHash("md5").update(bytes).digest("hex");
        const body = await subject.source.read({ key, etag, range: undefined }, { signal });
        assert.equal(body.sizeBytes, sizeBytes);
        assert.equal(body.facts.sizeBytes, sizeBytes);
        assert.ok((await collect(body.chunks)).equals(bytes));
      });
    }

    test("a range is read with both its ends, and facts still tell the whole object's size", async () => {
      const bytes = pattern(2_000_000);
      await subject.lay({ key: "ranged", bytes });
      const etag = createHash("md5").update(bytes).digest("hex");
      for (const [first, last] of [
        [0, 0],
        [1, 999_999],
        [1_000_000, 1_999_999],
        [1_999_999, 1_999_999],
      ] as const) {
        const body = await subject.source.read({ key: "ranged", etag, range: { first, last } }, { signal });
        assert.equal(body.sizeBytes, last - first + 1);
        assert.equal(body.facts.sizeBytes, 2_000_000);
        assert.ok((await collect(body.chunks)).equals(bytes.subarray(first, last + 1)));
      }
    });

    test("an object replaced since it was listed is SOURCE_CHANGING, and its new version can be read", async () => {
      await subject.lay({ key: "changing", bytes: Buffer.from("one") });
      const etag = createHash("md5").update("one").digest("hex");
      await subject.lay({ key: "changing", bytes: Buffer.from("two") });
      const reading = subject.source.read({ key: "changing", etag, range: undefined }, { signal });
      await assert.rejects(reading, faultWith("SOURCE_CHANGING", "transient"));
      const now = await subject.source.head("changing", { signal });
      assert.equal((await readAll(subject.source, { key: "changing", etag: now?.etag ?? "" })).toString(), "two");
    });

    test("an object deleted since it was listed is SOURCE_OBJECT_MISSING", async () => {
      await subject.lay({ key: "deleted", bytes: Buffer.from("one") });
      await subject.take("deleted");
      const etag = createHash("md5").update("one").digest("hex");
      const reading = subject.source.read({ key: "deleted", etag, range: undefined }, { signal });
      await assert.rejects(reading, faultWith("SOURCE_OBJECT_MISSING", "permanent"));
    });

    test("an archived object is listed, and reading it is SOURCE_ARCHIVED", async () => {
      await subject.lay({ key: "archived", bytes: Buffer.from("ice"), storageClass: "GLACIER" });
      const [listed] = await listAll(subject.source, "archived", 10);
      assert.equal(listed?.storageClass, "GLACIER");
      const reading = subject.source.read({ key: "archived", etag: listed.etag, range: undefined }, { signal });
      await assert.rejects(reading, faultWith("SOURCE_ARCHIVED", "permanent"));
    });

    test("how an object was uploaded in parts is told part by part, of the version asked for", async () => {
      const partsBytes = [5 * 1024 ** 2, 5 * 1024 ** 2, 1000];
      const bytes = pattern(10 * 1024 ** 2 + 1000);
      await subject.lay({ key: "parts/three", bytes, partsBytes });
      const facts = await subject.source.head("parts/three", { signal });
      assert.ok(facts);
      let at = 0;
      const md5s = partsBytes.map((sizeBytes) => {
        at += sizeBytes;
        return BigInt(
          `0x${createHash("md5")
            .update(bytes.subarray(at - sizeBytes, at))
            .digest("hex")}`,
        );
      });
      assert.equal(facts.etag, etagOfParts(md5s));
      const part = (partNumber: number, key = "parts/three", etag = facts.etag) =>
        subject.source.part({ key, etag, partNumber }, { signal });
      assert.deepEqual(await part(1), { sizeBytes: 5 * 1024 ** 2, count: 3 });
      assert.deepEqual(await part(2), { sizeBytes: 5 * 1024 ** 2, count: 3 });
      assert.deepEqual(await part(3), { sizeBytes: 1000, count: 3 });
      assert.equal(await part(4), undefined);
      await subject.lay({ key: "parts/whole", bytes: Buffer.from("one") });
      assert.equal(await part(1, "parts/whole", createHash("md5").update("one").digest("hex")), undefined);
      await assert.rejects(part(1, "parts/three", `${"0".repeat(32)}-3`), faultWith("SOURCE_CHANGING", "transient"));
      await assert.rejects(part(1, "parts/nowhere"), faultWith("SOURCE_OBJECT_MISSING", "permanent"));
    });

    test("an aborted signal ends every call with its own reason", async () => {
      const reason = new Error("enough");
      const aborted = { signal: AbortSignal.abort(reason) };
      const is = (thrown: unknown) => thrown === reason;
      const { source } = subject;
      await assert.rejects(source.listPage({ after: undefined, prefix: "", limit: 1 }, aborted), is);
      await assert.rejects(source.head("plain", aborted), is);
      await assert.rejects(source.read({ key: "plain", etag: "x", range: undefined }, aborted), is);
      await assert.rejects(source.part({ key: "plain", etag: "x", partNumber: 1 }, aborted), is);
    });

    test("an abort in the middle of a body ends it with the signal's reason", async () => {
      const bytes = pattern(5_000_000);
      await subject.lay({ key: "aborted", bytes });
      const etag = createHash("md5").update(bytes).digest("hex");
      const abort = new AbortController();
      const reason = new Error("enough");
      const body = await subject.source.read({ key: "aborted", etag, range: undefined }, { signal: abort.signal });
      const reading = (async () => {
        for await (const chunk of body.chunks) {
          assert.ok(chunk.length > 0);
          abort.abort(reason);
        }
      })();
      await assert.rejects(reading, (thrown) => thrown === reason);
    });

    test("a body may be left in the middle, and the source goes on", async () => {
      const bytes = pattern(5_000_000);
      await subject.lay({ key: "left", bytes });
      const etag = createHash("md5").update(bytes).digest("hex");
      for (let round = 0; round < 8; round += 1) {
        const body = await subject.source.read({ key: "left", etag, range: undefined }, { signal });
        for await (const chunk of body.chunks) {
          assert.ok(chunk.length > 0);
          break;
        }
      }
      assert.equal((await readAll(subject.source, { key: "left", etag })).length, bytes.length);
    });

    test("many calls at once do not mix their answers", async () => {
      const keys = Array.from({ length: 64 }, (_, at) => `many/${at.toString().padStart(3, "0")}`);
      for (const key of keys) await subject.lay({ key, bytes: Buffer.from(key.repeat(100)) });
      const listed = await listAll(subject.source, "many/", 1000);
      const bodies = await Promise.all(listed.map(({ key, etag }) => readAll(subject.source, { key, etag })));
      assert.deepEqual(
        bodies.map((body) => body.toString()),
        keys.map((key) => key.repeat(100)),
      );
    });
  });
}

/** A predicate for `assert.rejects`: a fault of this code and kind. */
export function faultWith(code: FaultCode, kind: Fault["kind"]): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof Fault, `not a fault: ${String(thrown)}`);
    assert.equal(thrown.code, code, thrown.message);
    assert.equal(thrown.kind, kind, thrown.message);
    return true;
  };
}

/** Bytes in which every place differs from its neighbours of 1 and of 64 KiB away. */
export function pattern(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 1) bytes[at] = (at * 31 + (at >> 16) * 7 + (at >> 8)) & 255;
  return bytes;
}

async function listAll(source: ObjectSource, prefix: string, limit: number): Promise<readonly SourceObject[]> {
  const { signal } = new AbortController();
  const all: SourceObject[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 1000; pages += 1) {
    const page = await source.listPage({ after, prefix, limit }, { signal });
    assert.ok(page.objects.length <= limit);
    all.push(...page.objects);
    if (!page.more) return all;
    assert.ok(page.last !== undefined);
    after = page.last;
  }
  throw new Error("the listing has no end");
}

async function readAll(source: ObjectSource, { key, etag }: { key: string; etag: string }): Promise<Buffer> {
  const { signal } = new AbortController();
  const body = await source.read({ key, etag, range: undefined }, { signal });
  return collect(body.chunks);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const chunk of chunks) pieces.push(Buffer.from(chunk));
  return Buffer.concat(pieces);
}
