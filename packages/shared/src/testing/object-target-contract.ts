import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { crc64 } from "../adapters/crc64/crc64.ts";
import { compareKeys } from "../domain/key-order.ts";
import type { TargetAttributes } from "../domain/object.ts";
import { metadataOfRecord } from "../domain/source-record.ts";
import type { Chunks } from "../ports/object-source.ts";
import type { ObjectTarget, PutRequest } from "../ports/object-target.ts";
import { oddKeys, oddRootKeys } from "./object-keys.ts";
import { faultWith, pattern } from "./object-source-contract.ts";

/** A target to examine, and eyes on what stands behind it. */
export interface TargetSubject {
  readonly target: ObjectTarget;
  /** What an independent client reads under the key. */
  look(key: string): Promise<SeenObject | undefined>;
  close(): Promise<void>;
}

export interface SeenObject {
  readonly bytes: Uint8Array;
  readonly headers: TargetAttributes["headers"];
  readonly userMetadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

const plain: TargetAttributes = {
  headers: { "content-type": "application/octet-stream" },
  userMetadata: {},
  storageClass: "Standard",
  serverSideEncryption: undefined,
};

/** The exam of every `ObjectTarget`. `open` gives a target of an empty bucket. */
export function objectTargetContract(name: string, open: () => Promise<TargetSubject>): void {
  describe(`${name} as an object target`, () => {
    const { signal } = new AbortController();
    let subject: TargetSubject;
    let target: ObjectTarget;
    before(async () => {
      subject = await open();
      target = subject.target;
    });
    after(async () => {
      await target.close();
      await subject.close();
    });

    const put = async (key: string, bytes: Uint8Array, change: Partial<PutRequest> = {}) => {
      const stored = await target.put(
        { key, payload: { bytes }, attributes: plain, ifThere: "replace", ...change },
        { signal },
      );
      assert.ok(stored !== "exists");
      return stored;
    };

    test("an empty bucket has one empty page, and head of a missing key is undefined", async () => {
      const page = await target.listPage({ after: undefined, prefix: "", limit: 1000 }, { signal });
      assert.deepEqual(page, { objects: [], more: false, last: undefined });
      assert.equal(await target.head("nowhere", { signal }), undefined);
    });

    for (const sizeBytes of [0, 1, 4096, 300_000, 5_000_000]) {
      test(`a body of ${sizeBytes} bytes is stored, and its CRC-64 answered, from memory and in chunks`, async () => {
        const bytes = pattern(sizeBytes);
        const whole = await put(`bodies/${sizeBytes}`, bytes);
        assert.equal(whole.crc64, crc64(bytes));
        assert.equal(whole.etag.toLowerCase(), createHash("md5").update(bytes).digest("hex"));
        const streamed = await put(`streams/${sizeBytes}`, bytes, {
          payload: { chunks: reusedChunks(bytes), sizeBytes },
        });
        assert.equal(streamed.crc64, crc64(bytes));
        assert.deepEqual((await subject.look(`bodies/${sizeBytes}`))?.bytes, new Uint8Array(bytes));
        assert.deepEqual((await subject.look(`streams/${sizeBytes}`))?.bytes, new Uint8Array(bytes));
        const found = await target.head(`streams/${sizeBytes}`, { signal });
        assert.equal(found?.crc64, crc64(bytes));
        assert.equal(found?.sizeBytes, sizeBytes);
        assert.equal(found?.etag, streamed.etag);
        assert.ok(Math.abs(Date.now() - found.lastModifiedMs) < 600_000);
      });
    }

    test("keys of every odd kind are written, listed, found and removed byte for byte", async () => {
      const keys = [...oddKeys.map((key) => `odd/${key}`), `odd/${"k".repeat(1019)}`].filter(
        (key) => Buffer.byteLength(key) <= 1023,
      );
      for (const key of keys) await put(key, Buffer.from(`content of ${key}`));
      assert.deepEqual(await listedKeys(target, "odd/", 7), [...keys].sort(compareKeys));
      for (const key of keys) {
        assert.equal((await target.head(key, { signal }))?.key, key);
        assert.equal(Buffer.from((await subject.look(key))?.bytes ?? []).toString(), `content of ${key}`);
      }
      for (const key of keys) await target.remove(key, { signal });
      assert.deepEqual(await listedKeys(target, "odd/", 1000), []);
    });

    test("keys that begin oddly are taken at the root of a bucket", async () => {
      for (const key of oddRootKeys) {
        await put(key, Buffer.from(`content of ${key}`));
        assert.equal(Buffer.from((await subject.look(key))?.bytes ?? []).toString(), `content of ${key}`);
        assert.ok((await listedKeys(target, key, 1000)).includes(key));
        await target.remove(key, { signal });
      }
    });

    test("a listing tells size and ETag, starts strictly after `after`, and keeps to its prefix", async () => {
      for (const key of ["order/a", "order/b", "order/c", "other"]) await put(key, Buffer.from(key));
      const page = await target.listPage({ after: "order/a", prefix: "order/", limit: 1 }, { signal });
      assert.equal(page.more, true);
      assert.equal(page.last, "order/b");
      assert.equal(page.objects[0]?.sizeBytes, 7);
      assert.equal(page.objects[0]?.etag, (await target.head("order/b", { signal }))?.etag);
      assert.equal(page.objects[0]?.recorded, undefined);
      const rest = await target.listPage({ after: "order/b", prefix: "order/", limit: 1 }, { signal });
      assert.deepEqual([rest.more, rest.last], [false, "order/c"]);
    });

    test("headers, metadata, storage class and the record of the source go along", async () => {
      const record = {
        sourceEtag: "9b2cf535f27731c974343645a3985328-2",
        sourceModifiedMs: 1_700_000_000_123,
        jobId: "j-1",
      };
      await put("attributes", Buffer.from("x"), {
        attributes: {
          headers: {
            "content-type": "text/plain; charset=utf-8",
            "cache-control": "max-age=60",
            "content-disposition": 'attachment; filename="a.txt"',
            "content-encoding": "identity",
            expires: "Wed, 21 Oct 2037 07:28:00 GMT",
          },
          userMetadata: { "first-name": "Ada", ...metadataOfRecord(record) },
          storageClass: "IA",
          serverSideEncryption: { algorithm: "AES256" },
        },
      });
      const seen = await subject.look("attributes");
      assert.equal(seen?.headers["content-type"], "text/plain; charset=utf-8");
      assert.equal(seen.headers["cache-control"], "max-age=60");
      assert.equal(seen.headers["content-disposition"], 'attachment; filename="a.txt"');
      assert.equal(seen.headers["content-encoding"], "identity");
      assert.equal(seen.headers.expires, "Wed, 21 Oct 2037 07:28:00 GMT");
      assert.equal(seen.userMetadata["first-name"], "Ada");
      assert.equal(seen.storageClass, "IA");
      assert.deepEqual((await target.head("attributes", { signal }))?.recorded, record);
    });

    test("a write that forbids replacing answers `exists` and leaves what is there", async () => {
      await put("forbidden", Buffer.from("first"), { ifThere: "forbid" });
      const request: PutRequest = {
        key: "forbidden",
        payload: { bytes: Buffer.from("second") },
        attributes: plain,
        ifThere: "forbid",
      };
      assert.equal(await target.put(request, { signal }), "exists");
      assert.equal(Buffer.from((await subject.look("forbidden"))?.bytes ?? []).toString(), "first");
      await put("forbidden", Buffer.from("third"));
      assert.equal(Buffer.from((await subject.look("forbidden"))?.bytes ?? []).toString(), "third");
    });

    test("a body that differs from its Content-MD5 never becomes visible", async () => {
      const contentMd5 = createHash("md5").update("what was meant").digest("base64");
      const bytes = Buffer.from("what was sent!");
      await assert.rejects(
        put("wrong-md5", bytes, { payload: { bytes, contentMd5 } }),
        faultWith("TARGET_CHECKSUM_MISMATCH", "transient"),
      );
      await assert.rejects(
        put("wrong-md5", bytes, { payload: { chunks: reusedChunks(bytes), sizeBytes: bytes.length, contentMd5 } }),
        faultWith("TARGET_CHECKSUM_MISMATCH", "transient"),
      );
      assert.equal(await target.head("wrong-md5", { signal }), undefined);
      const right = createHash("md5").update(bytes).digest("base64");
      await put("right-md5", bytes, { payload: { bytes, contentMd5: right } });
    });

    test("a body that ends early or runs over writes nothing", async () => {
      const bytes = pattern(300_000);
      for (const sizeBytes of [299_999, 300_001]) {
        await assert.rejects(
          put("unequal", bytes, { payload: { chunks: reusedChunks(bytes), sizeBytes } }),
          faultWith("SOURCE_BODY_TRUNCATED", "transient"),
        );
      }
      assert.equal(await target.head("unequal", { signal }), undefined);
    });

    test("a body that fails on its way fails the write with its own fault", async () => {
      const broken = new Error("the source broke off");
      const chunks = (async function* () {
        yield pattern(100_000);
        throw broken;
      })();
      await assert.rejects(
        put("broken", new Uint8Array(), { payload: { chunks, sizeBytes: 300_000 } }),
        (thrown) => thrown === broken,
      );
      assert.equal(await target.head("broken", { signal }), undefined);
      await put("after-broken", Buffer.from("the target goes on"));
    });

    test("removing what is not there is no fault", async () => {
      await target.remove("never-was", { signal });
    });

    test("an aborted signal ends every call with its own reason", async () => {
      const reason = new Error("enough");
      const aborted = { signal: AbortSignal.abort(reason) };
      const is = (thrown: unknown) => thrown === reason;
      await assert.rejects(target.listPage({ after: undefined, prefix: "", limit: 1 }, aborted), is);
      await assert.rejects(target.head("x", aborted), is);
      const request: PutRequest = { key: "x", payload: { bytes: pattern(3) }, attributes: plain, ifThere: "replace" };
      await assert.rejects(target.put(request, aborted), is);
      await assert.rejects(target.remove("x", aborted), is);
    });

    test("an abort in the middle of a body ends the write with the signal's reason", async () => {
      const abort = new AbortController();
      const reason = new Error("enough");
      const chunks = (async function* () {
        yield pattern(100_000);
        abort.abort(reason);
        yield pattern(100_000);
        yield pattern(100_000);
      })();
      const request: PutRequest = {
        key: "aborted",
        payload: { chunks, sizeBytes: 300_000 },
        attributes: plain,
        ifThere: "replace",
      };
      await assert.rejects(target.put(request, { signal: abort.signal }), (thrown) => thrown === reason);
      assert.equal(await target.head("aborted", { signal }), undefined);
    });

    test("an upload in parts becomes one object, with the attributes it began with", async () => {
      const record = { sourceEtag: "abc-3", sourceModifiedMs: 1_700_000_000_000, jobId: "j-2" };
      const attributes: TargetAttributes = {
        ...plain,
        headers: { "content-type": "video/mp4" },
        userMetadata: metadataOfRecord(record),
        storageClass: "IA",
      };
      const key = "parts/日本 +/..//x";
      const pieces = [pattern(200_000), pattern(150_000).reverse(), pattern(10)];
      const upload = await target.uploads.begin(key, attributes, { signal });
      assert.equal(upload.key, key);
      const parts = await Promise.all(
        pieces.map((bytes, at) =>
          target.uploads.putPart(
            upload,
            at + 1,
            at === 0 ? { bytes } : { chunks: reusedChunks(bytes), sizeBytes: bytes.length },
            { signal },
          ),
        ),
      );
      assert.deepEqual(
        parts.map(({ crc64 }) => crc64),
        pieces.map((piece) => crc64(piece)),
      );
      const held = await target.uploads.parts(upload, { signal });
      assert.deepEqual(
        held?.map(({ partNumber, etag, sizeBytes }) => ({ partNumber, etag, sizeBytes })),
        parts.map(({ partNumber, etag, sizeBytes }) => ({ partNumber, etag, sizeBytes })),
      );
      const whole = Buffer.concat(pieces);
      const stored = await target.uploads.complete(upload, parts, { signal });
      assert.equal(stored.crc64, crc64(whole));
      const seen = await subject.look(key);
      assert.deepEqual(seen?.bytes, new Uint8Array(whole));
      assert.equal(seen.headers["content-type"], "video/mp4");
      assert.equal(seen.storageClass, "IA");
      const found = await target.head(key, { signal });
      assert.deepEqual(found?.recorded, record);
      assert.equal(found.crc64, crc64(whole));
      assert.equal(found.etag, stored.etag);
      assert.equal(await target.uploads.parts(upload, { signal }), undefined);
    });

    test("a part sent again replaces the one before", async () => {
      const upload = await target.uploads.begin("again", plain, { signal });
      await target.uploads.putPart(upload, 1, { bytes: Buffer.from("wrong") }, { signal });
      const part = await target.uploads.putPart(upload, 1, { bytes: Buffer.from("right") }, { signal });
      await target.uploads.complete(upload, [part], { signal });
      assert.equal(Buffer.from((await subject.look("again"))?.bytes ?? []).toString(), "right");
    });

    test("a part that differs from its Content-MD5 is refused", async () => {
      const upload = await target.uploads.begin("part-md5", plain, { signal });
      const contentMd5 = createHash("md5").update("something else").digest("base64");
      await assert.rejects(
        target.uploads.putPart(upload, 1, { bytes: Buffer.from("sent"), contentMd5 }, { signal }),
        faultWith("TARGET_CHECKSUM_MISMATCH", "transient"),
      );
      assert.deepEqual(await target.uploads.parts(upload, { signal }), []);
      await target.uploads.abort(upload, { signal });
    });

    test("an aborted upload is gone: parts says so, part and complete are TARGET_UPLOAD_LOST, abort is quiet", async () => {
      const upload = await target.uploads.begin("gone", plain, { signal });
      const part = await target.uploads.putPart(upload, 1, { bytes: Buffer.from("x") }, { signal });
      await target.uploads.abort(upload, { signal });
      await target.uploads.abort(upload, { signal });
      assert.equal(await target.uploads.parts(upload, { signal }), undefined);
      const lost = faultWith("TARGET_UPLOAD_LOST", "permanent");
      await assert.rejects(target.uploads.putPart(upload, 2, { bytes: Buffer.from("y") }, { signal }), lost);
      await assert.rejects(target.uploads.complete(upload, [part], { signal }), lost);
      assert.equal(await target.head("gone", { signal }), undefined);
    });

    test("many writes at once do not mix their bodies", async () => {
      const keys = Array.from({ length: 64 }, (_, at) => `many/${at.toString().padStart(3, "0")}`);
      const stored = await Promise.all(keys.map((key) => put(key, Buffer.from(key.repeat(100)))));
      assert.deepEqual(
        stored.map((one) => one.crc64),
        keys.map((key) => crc64(Buffer.from(key.repeat(100)))),
      );
      assert.deepEqual(await listedKeys(target, "many/", 1000), keys);
    });
  });
}

/** Chunks as a port hands them out: each valid only until the next is asked for. */
async function* reusedChunks(bytes: Uint8Array): Chunks {
  const buffer = new Uint8Array(50_000);
  for (let at = 0; at < bytes.length; at += buffer.length) {
    const piece = bytes.subarray(at, at + buffer.length);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    buffer.fill(0xee);
  }
}

async function listedKeys(target: ObjectTarget, prefix: string, limit: number): Promise<readonly string[]> {
  const { signal } = new AbortController();
  const keys: string[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 1000; pages += 1) {
    const page = await target.listPage({ after, prefix, limit }, { signal });
    keys.push(...page.objects.map(({ key }) => key));
    if (!page.more) return keys;
    after = page.last;
  }
  throw new Error("the listing has no end");
}
