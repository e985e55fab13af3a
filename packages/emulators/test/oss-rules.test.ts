import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";

import { bucketConfigSchema } from "../src/core/bucket-config.ts";
import { crc64Of } from "../src/core/crc64/crc64.ts";
import type { Emulator } from "../src/start.ts";
import { aliSigner, ask, BUCKET, sendRaw, startOss, type Ask } from "./oss-emulator.ts";

const HOUR_MS = 60 * 60 * 1000;
const PART_BYTES = 100 * 1024;
let clockAheadMs = 0;
let oss: Emulator;
before(async () => {
  oss = await startOss(() => Date.now() + clockAheadMs);
});
after(() => oss.close());

const put = (key: string, body: string | Buffer = "content", more: Ask = {}) =>
  ask(oss, { method: "PUT", key, body, ...more });
const get = (key: string, headers: Record<string, string> = {}) => ask(oss, { key, headers });
const md5 = (content: string | Buffer) => createHash("md5").update(content).digest();

async function assertRefused(asked: Ask, status: number, code: string, ec?: string): Promise<void> {
  const reply = await ask(oss, asked);
  assert.deepEqual([reply.status, reply.code], [status, code], JSON.stringify(asked));
  if (ec !== undefined) assert.equal(reply.headers["x-oss-ec"], ec);
}

const complete = (parts: readonly (readonly [number, string])[]) =>
  `<CompleteMultipartUpload>${parts.map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`).join("")}</CompleteMultipartUpload>`;

async function openUpload(key: string): Promise<{ uploadId: string }> {
  const reply = await ask(oss, { method: "POST", key, query: { uploads: "" } });
  return { uploadId: /<UploadId>(\w+)</u.exec(reply.text)?.[1] ?? "" };
}
const part = async (key: string, uploadId: string, number: number, body: Buffer | string): Promise<string> =>
  String((await put(key, body, { query: { partNumber: String(number), uploadId } })).headers.etag);
const finish = (key: string, uploadId: string, body: string): Ask => ({
  method: "POST",
  key,
  query: { uploadId },
  body,
});
const list = (query: Record<string, string>) => ask(oss, { query: { prefix: "list/", ...query } });
const keysOf = (text: string) => [...text.matchAll(/<Key>([^<]*)</gu)].map(([, key]) => key);

const restoreOf = (key: string): Ask => ({
  method: "POST",
  key,
  query: { restore: "" },
  dateMs: Date.now() + clockAheadMs,
});
const link = (key: string, target: string) =>
  put(key, "", { query: { symlink: "" }, headers: { "x-oss-symlink-target": target } });
const strange = (key: string, method = "GET") => sendRaw(oss, { method, path: `/${BUCKET}/${key}`, headers: {} });
const append = (position: string, body: string): Ask => ({
  method: "POST",
  key: "log",
  query: { append: "", position },
  body,
});

describe("keys", () => {
  test("a key has 1 to 1,023 bytes of UTF-8 and no slash of either kind in front", async () => {
    assert.equal((await put("k".repeat(1023))).status, 200);
    assert.equal((await put(`汉${"k".repeat(1020)}`)).status, 200);
    for (const key of ["k".repeat(1024), `汉${"k".repeat(1021)}`, "/leading", "\\leading"]) {
      await assertRefused({ method: "PUT", key, body: "" }, 400, "InvalidObjectName");
    }
  });

  test("keys are taken byte for byte", async () => {
    const keys = [
      "a//b",
      "./x",
      "../y",
      "a/../b",
      "a b",
      "a+b",
      "a%2Fb",
      "😀",
      "&<>\"'",
      "folder/",
      "é",
      "e\u0301",
      "\u0001\r\n",
    ];
    for (const key of keys) assert.equal((await put(key, `content of ${key}`)).status, 200, key);
    for (const key of keys) assert.equal((await get(key)).text, `content of ${key}`);
    const listed = await ask(oss, { query: { "encoding-type": "url", "max-keys": "1000" } });
    const names = [...listed.text.matchAll(/<Key>([^<]*)<\/Key>/gu)].map(([, name = ""]) => decodeURIComponent(name));
    for (const key of keys) assert.ok(names.includes(key), key);
    const sorted = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    assert.deepEqual(names, sorted);
  });

  test("a path that is not UTF-8 names no object", async () => {
    const reply = await ask(oss, { key: "x", tamper: (sent) => void (sent.path = `/${BUCKET}/%ff%fe`) });
    assert.deepEqual([reply.status, reply.code], [400, "InvalidObjectName"]);
  });
});

describe("content and checksums", () => {
  test("the CRC-64 and the upper-case MD5 of the content come with put, get, head and meta", async () => {
    const content = Buffer.from("123456789");
    const stored = await put("checked", content);
    // The check value of CRC-64/XZ.
    const crc = BigInt("0x995dc9bbdf1939fa").toString();
    assert.equal(crc64Of(content).toString(), crc);
    const etag = `"${md5(content).toString("hex").toUpperCase()}"`;
    for (const reply of [
      stored,
      await get("checked"),
      await ask(oss, { method: "HEAD", key: "checked" }),
      await ask(oss, { method: "HEAD", key: "checked", query: { objectMeta: "" } }),
    ]) {
      assert.equal(reply.headers["x-oss-hash-crc64ecma"], crc);
      assert.equal(reply.headers.etag, etag);
    }
  });

  test("a range carries the CRC of the whole object", async () => {
    await put("ranged", "0123456789");
    const reply = await get("ranged", { range: "bytes=2-4" });
    assert.deepEqual([reply.status, reply.text, reply.headers["content-range"]], [206, "234", "bytes 2-4/10"]);
    assert.equal(reply.headers["x-oss-hash-crc64ecma"], crc64Of(Buffer.from("0123456789")).toString());
  });

  test("a range that is invalid or too long gets the whole object, unless standard behaviour is asked for", async () => {
    const cases: readonly [range: string, plain: string, standard: string][] = [
      ["bytes=7-", "206 789", "206 789"],
      ["bytes=-3", "206 789", "206 789"],
      ["bytes=5-100", "200 0123456789", "206 56789"],
      ["bytes=-100", "200 0123456789", "206 0123456789"],
      ["bytes=10-12", "200 0123456789", "416"],
      ["bytes=4-2", "200 0123456789", "200 0123456789"],
      ["bytes=1-2,4-5", "200 0123456789", "200 0123456789"],
      ["lines=1-2", "200 0123456789", "200 0123456789"],
    ];
    for (const [range, plain, standard] of cases) {
      const without = await get("ranged", { range });
      assert.equal(`${without.status} ${without.text}`, plain, range);
      const withIt = await get("ranged", { range, "x-oss-range-behavior": "standard" });
      assert.equal(withIt.status === 416 ? `416` : `${withIt.status} ${withIt.text}`, standard, range);
    }
  });

  test("Content-MD5 is checked, on objects and on documents", async () => {
    const headers = { "content-md5": md5("right").toString("base64") };
    assert.equal((await put("digest", "right", { headers })).status, 200);
    await assertRefused({ method: "PUT", key: "digest", body: "wrong", headers }, 400, "InvalidDigest");
    assert.equal((await get("digest")).text, "right");
    await assertRefused(
      { method: "PUT", key: "digest", body: "x", headers: { "content-md5": "abc" } },
      400,
      "InvalidDigest",
    );
    const document = "<Delete><Object><Key>digest</Key></Object></Delete>";
    await assertRefused({ method: "POST", query: { delete: "" }, body: document, headers }, 400, "InvalidDigest");
    await assertRefused({ method: "POST", query: { delete: "" }, body: document }, 400, "MissingArgument");
  });

  test("conditions on reads", async () => {
    const etag = String((await put("conditional")).headers.etag);
    assert.equal((await get("conditional", { "if-match": etag })).status, 200);
    assert.equal((await get("conditional", { "if-none-match": etag })).status, 304);
    assert.equal((await get("conditional", { "if-modified-since": new Date().toUTCString() })).status, 304);
    await assertRefused({ key: "conditional", headers: { "if-match": '"0"' } }, 412, "PreconditionFailed");
    const past = new Date(Date.now() - HOUR_MS).toUTCString();
    assert.equal((await get("conditional", { "if-modified-since": past })).status, 200);
    await assertRefused(
      { method: "HEAD", key: "conditional", headers: { "if-unmodified-since": past } },
      412,
      "PreconditionFailed",
    );
  });

  test("writes know no conditions but x-oss-forbid-overwrite", async () => {
    await assertRefused({ method: "PUT", key: "new", headers: { "if-none-match": "*" } }, 501, "NotImplemented");
    const headers = { "x-oss-forbid-overwrite": "true" };
    assert.equal((await put("forbidden", "first", { headers })).status, 200);
    await assertRefused({ method: "PUT", key: "forbidden", body: "second", headers }, 409, "FileAlreadyExists");
    const source = { ...headers, "x-oss-copy-source": `/${BUCKET}/ranged` };
    await assertRefused({ method: "PUT", key: "forbidden", headers: source }, 409, "FileAlreadyExists");
    await assertRefused(
      { method: "POST", key: "forbidden", query: { uploads: "" }, headers },
      409,
      "FileAlreadyExists",
    );
    assert.equal((await get("forbidden")).text, "first");
  });

  test("of ten writers that may not overwrite exactly one succeeds", async () => {
    const headers = { "x-oss-forbid-overwrite": "true" };
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, n) => put("contested", `writer ${n}`, { headers })),
    );
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    assert.equal(replies.filter(({ code }) => code === "FileAlreadyExists").length, 9);
  });

  test("an object whose writer goes away in the middle is not there", async () => {
    const { hostname, port } = new URL(oss.url);
    const date = new Date().toUTCString();
    const text = aliSigner.buildCanonicalString("PUT", `/${BUCKET}/half`, { headers: { "x-oss-date": date } });
    const authorization = aliSigner.authorization(oss.accessKeyId, oss.secretAccessKey, text);
    const socket = connect(Number(port), hostname);
    const head = `PUT /${BUCKET}/half HTTP/1.1\r\nhost: x\r\nx-oss-date: ${date}\r\nauthorization: ${authorization}\r\ncontent-length: 100\r\n\r\n`;
    await new Promise<void>((resolve) => socket.write(`${head}only a little`, () => resolve()));
    socket.destroy();
    await assertRefused({ key: "half" }, 404, "NoSuchKey");
  });
});

describe("metadata, tags and encryption", () => {
  test("metadata names have letters, digits and `-`; all together have 8 KB", async () => {
    await assertRefused(
      { method: "PUT", key: "m", headers: { "x-oss-meta-a_b": "1" } },
      400,
      "InvalidArgument",
      "0011-00000004",
    );
    const headers = { "x-oss-meta-ab": "v".repeat(8190) };
    assert.equal((await put("m", "", { headers })).status, 200);
    const tooMuch = { "x-oss-meta-ab": "v".repeat(8191) };
    await assertRefused({ method: "PUT", key: "m", headers: tooMuch }, 400, "InvalidArgument", "0011-00000002");
  });

  test("tags come with a header or as a document and are held to their limits", async () => {
    await put("tagged", "", { headers: { "x-oss-tagging": "a=1&b+c=d%2Fe&alone" } });
    const tags = await ask(oss, { key: "tagged", query: { tagging: "" } });
    assert.match(tags.text, /<Tag><Key>b c<\/Key><Value>d\/e<\/Value><\/Tag><Tag><Key>alone<\/Key><Value><\/Value>/u);
    assert.equal((await ask(oss, { method: "HEAD", key: "tagged" })).headers["x-oss-tagging-count"], "3");
    const tooMany = Array.from({ length: 11 }, (_, n) => `k${n}=v`).join("&");
    for (const tagging of [
      "aa=bb=cc",
      "a%40b=1",
      "%E6%B1%89=1",
      "a=1&a=2",
      `${"k".repeat(129)}=1`,
      `k=${"v".repeat(257)}`,
      tooMany,
    ]) {
      await assertRefused({ method: "PUT", key: "tagged", headers: { "x-oss-tagging": tagging } }, 400, "InvalidTag");
    }
    await assertRefused(
      { method: "PUT", key: "tagged", query: { tagging: "" }, body: "<Tagging>" },
      400,
      "MalformedXML",
    );
  });

  test("encryption, HTTP metadata and the storage class are kept", async () => {
    const headers = {
      "x-oss-server-side-encryption": "KMS",
      "x-oss-server-side-encryption-key-id": "key-1",
      "content-encoding": "gzip",
      "content-language": "de",
      expires: "Thu, 01 Dec 2050 16:00:00 GMT",
      "x-oss-storage-class": "IA",
    };
    const stored = await put("kept", "", { headers });
    assert.equal(stored.headers["x-oss-server-side-encryption"], "KMS");
    const head = await ask(oss, { method: "HEAD", key: "kept" });
    for (const [name, value] of Object.entries(headers)) assert.equal(head.headers[name], value);
    await assertRefused(
      { method: "PUT", key: "kept", headers: { "x-oss-storage-class": "GLACIER" } },
      400,
      "InvalidStorageClass",
    );
  });

  test("a copy keeps metadata and tags unless told to replace them", async () => {
    await put("from", "copied", { headers: { "x-oss-meta-a": "1", "x-oss-tagging": "t=1", "content-type": "text/a" } });
    const source = { "x-oss-copy-source": `/${BUCKET}/from` };
    await put("to", "", { headers: source });
    const kept = await ask(oss, { method: "HEAD", key: "to" });
    assert.deepEqual([kept.headers["x-oss-meta-a"], kept.headers["content-type"]], ["1", "text/a"]);
    assert.equal(kept.headers["x-oss-tagging-count"], "1");
    const replace = { "x-oss-metadata-directive": "REPLACE", "x-oss-tagging-directive": "REPLACE" };
    await put("to", "", { headers: { ...source, ...replace, "x-oss-meta-b": "2" } });
    const replaced = await ask(oss, { method: "HEAD", key: "to" });
    assert.deepEqual([replaced.headers["x-oss-meta-a"], replaced.headers["x-oss-meta-b"]], [undefined, "2"]);
    assert.equal(replaced.headers["x-oss-tagging-count"], undefined);
    const missing = { "x-oss-copy-source": `/${BUCKET}/nowhere` };
    await assertRefused({ method: "PUT", key: "to", headers: missing }, 404, "NoSuchKey");
    const stale = { ...source, "x-oss-copy-source-if-match": '"0"' };
    await assertRefused({ method: "PUT", key: "to", headers: stale }, 412, "PreconditionFailed");
  });
});

describe("archive, symlinks, ACLs", () => {
  test("an archived object is read only while it is restored", async () => {
    const read = () => ask(oss, { key: "frozen", dateMs: Date.now() + clockAheadMs });
    await put("frozen", "ice", { headers: { "x-oss-storage-class": "Archive" } });
    await assertRefused({ key: "frozen" }, 403, "InvalidObjectState");
    await assertRefused(
      { method: "PUT", key: "thawed", headers: { "x-oss-copy-source": `/${BUCKET}/frozen` } },
      403,
      "InvalidObjectState",
    );
    assert.equal((await ask(oss, { method: "HEAD", key: "frozen" })).status, 200);
    try {
      assert.equal((await ask(oss, restoreOf("frozen"))).status, 202);
      await assertRefused(restoreOf("frozen"), 409, "RestoreAlreadyInProgress");
      const ongoing = await ask(oss, { method: "HEAD", key: "frozen" });
      assert.equal(ongoing.headers["x-oss-restore"], 'ongoing-request="true"');
      clockAheadMs = 2000;
      assert.equal((await read()).text, "ice");
      assert.match(String((await read()).headers["x-oss-restore"]), /^ongoing-request="false", expiry-date=".* GMT"$/u);
      assert.equal((await ask(oss, restoreOf("frozen"))).status, 200);
      clockAheadMs = 25 * HOUR_MS;
      assert.equal((await read()).code, "InvalidObjectState");
    } finally {
      clockAheadMs = 0;
    }
    await assertRefused(restoreOf("ranged"), 400, "OperationNotSupported");
  });

  test("a symlink is read through, once", async () => {
    await link("link", "ranged");
    await link("dangling", "nowhere");
    await link("twice", "link");
    const through = await get("link");
    assert.deepEqual([through.text, through.headers["x-oss-object-type"]], ["0123456789", "Symlink"]);
    await assertRefused({ key: "dangling" }, 404, "SymlinkTargetNotExist");
    await assertRefused({ key: "twice" }, 400, "InvalidTargetType");
    await assertRefused({ key: "ranged", query: { symlink: "" } }, 400, "NotSymlink");
  });

  test("strangers read what is public and nothing else", async () => {
    await put("public", "open", { headers: { "x-oss-object-acl": "public-read" } });
    await put("private", "closed");
    assert.equal((await strange("public")).text, "open");
    assert.equal((await strange("private")).code, "AccessDenied");
    assert.equal((await strange("public", "DELETE")).code, "AccessDenied");
    assert.equal((await strange("")).code, "AccessDenied");
    assert.equal((await strange("public?response-expires=x")).code, "InvalidRequest");
  });

  test("appending goes on where the object ends", async () => {
    const first = await ask(oss, append("0", "one "));
    assert.equal(first.headers["x-oss-next-append-position"], "4");
    const second = await ask(oss, append("4", "two"));
    assert.equal(second.headers["x-oss-hash-crc64ecma"], crc64Of(Buffer.from("one two")).toString());
    const reply = await ask(oss, append("4", "again"));
    assert.deepEqual([reply.code, reply.headers["x-oss-next-append-position"]], ["PositionNotEqualToLength", "7"]);
    await assertRefused({ ...append("10", "x"), key: "ranged" }, 409, "ObjectNotAppendable");
  });
});

describe("multipart uploads", () => {
  test("parts must be there, large enough, in order and as they were sent", async () => {
    const { uploadId } = await openUpload("rules");
    const large = await part("rules", uploadId, 1, Buffer.alloc(PART_BYTES));
    const small = await part("rules", uploadId, 5, Buffer.alloc(PART_BYTES - 1));
    const last = await part("rules", uploadId, 10_000, "end");
    const refused: readonly [(readonly [number, string])[], string][] = [
      [
        [
          [5, small],
          [1, large],
        ],
        "InvalidPartOrder",
      ],
      [
        [
          [1, large],
          [1, large],
        ],
        "InvalidPartOrder",
      ],
      [[[1, small]], "InvalidPart"],
      [[[2, large]], "InvalidPart"],
      [
        [
          [1, large],
          [5, small],
          [10_000, last],
        ],
        "EntityTooSmall",
      ],
      [[], "MalformedXML"],
    ];
    for (const [parts, code] of refused) await assertRefused(finish("rules", uploadId, complete(parts)), 400, code);
    for (const partNumber of ["0", "10001", "x"]) {
      await assertRefused({ method: "PUT", key: "rules", query: { partNumber, uploadId } }, 400, "InvalidArgument");
    }
    const done = await ask(
      oss,
      finish(
        "rules",
        uploadId,
        complete([
          [1, large],
          [10_000, last],
        ]),
      ),
    );
    const whole = Buffer.concat([Buffer.alloc(PART_BYTES), Buffer.from("end")]);
    assert.equal(done.status, 200);
    assert.match(String(done.headers.etag), /^"[0-9A-F]{32}-2"$/u);
    assert.equal(done.headers["x-oss-hash-crc64ecma"], crc64Of(whole).toString());
    assert.deepEqual((await get("rules")).body, whole);
    await assertRefused(finish("rules", uploadId, complete([[1, large]])), 404, "NoSuchUpload");
  });

  test("a part sent again replaces the first; one that was copied leaves the object without a CRC", async () => {
    const { uploadId } = await openUpload("again");
    await part("again", uploadId, 1, Buffer.alloc(PART_BYTES, 1));
    const kept = await part("again", uploadId, 1, Buffer.alloc(PART_BYTES, 2));
    const copied = await put("again", "", {
      query: { partNumber: "2", uploadId },
      headers: { "x-oss-copy-source": `/${BUCKET}/ranged`, "x-oss-copy-source-range": "bytes=2-4" },
    });
    const etag = /<ETag>&quot;(\w+)&quot;</u.exec(copied.text)?.[1] ?? "";
    const done = await ask(
      oss,
      finish(
        "again",
        uploadId,
        complete([
          [1, kept],
          [2, etag],
        ]),
      ),
    );
    assert.deepEqual([done.status, done.headers["x-oss-hash-crc64ecma"]], [200, undefined]);
    assert.equal((await get("again")).body.toString("latin1"), `${"\u0002".repeat(PART_BYTES)}234`);
  });

  test("parts and uploads are listed in pages; an aborted upload is gone", async () => {
    const { uploadId } = await openUpload("paged/a");
    for (const number of [1, 3, 7]) await part("paged/a", uploadId, number, `part ${number}`);
    const other = await openUpload("paged/b");
    const first = await ask(oss, { key: "paged/a", query: { uploadId, "max-parts": "2" } });
    assert.match(first.text, /<NextPartNumberMarker>3<\/NextPartNumberMarker>.*<IsTruncated>true</u);
    const second = await ask(oss, { key: "paged/a", query: { uploadId, "part-number-marker": "3" } });
    assert.deepEqual(
      [...second.text.matchAll(/<PartNumber>(\d+)</gu)].map(([, number]) => number),
      ["7"],
    );
    const uploads = await ask(oss, { query: { uploads: "", prefix: "paged/", "max-uploads": "1" } });
    assert.match(uploads.text, /<NextKeyMarker>paged\/a<.*<IsTruncated>true<.*<Key>paged\/a</u);
    const rest = await ask(oss, { query: { uploads: "", prefix: "paged/", "key-marker": "paged/a" } });
    assert.deepEqual(
      [...rest.text.matchAll(/<Key>([^<]+)</gu)].map(([, key]) => key),
      ["paged/b"],
    );
    for (const [key, id] of [
      ["paged/a", uploadId],
      ["paged/b", other.uploadId],
    ] as const) {
      assert.equal((await ask(oss, { method: "DELETE", key, query: { uploadId: id } })).status, 204);
    }
    await assertRefused({ key: "paged/a", query: { uploadId } }, 404, "NoSuchUpload");
  });

  test("a completion goes on though its client has gone", async () => {
    const { uploadId } = await openUpload("abandoned");
    const etag = await part("abandoned", uploadId, 1, "kept");
    const { hostname, port } = new URL(oss.url);
    const body = complete([[1, etag]]);
    const date = new Date().toUTCString();
    const signed = { headers: { "x-oss-date": date }, parameters: { uploadId } };
    const text = aliSigner.buildCanonicalString("POST", `/${BUCKET}/abandoned`, signed);
    const authorization = aliSigner.authorization(oss.accessKeyId, oss.secretAccessKey, text);
    const socket = connect(Number(port), hostname);
    const head = `POST /${BUCKET}/abandoned?uploadId=${uploadId} HTTP/1.1\r\nhost: x\r\nx-oss-date: ${date}\r\nauthorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n`;
    await new Promise<void>((resolve) => socket.write(head + body, () => resolve()));
    socket.destroy();
    const deadlineMs = Date.now() + 20_000;
    while ((await get("abandoned")).text !== "kept") assert.ok(Date.now() < deadlineMs, "the object never came");
    await assertRefused(finish("abandoned", uploadId, body), 404, "NoSuchUpload");
  });
});

describe("listings", () => {
  before(async () => {
    for (const key of ["list/Z", "list/a", "list/b/1", "list/b/2", "list/ｚ", "list/😀"]) await put(key, "");
    for (let n = 0; n < 110; n += 1) await put(`many/${String(n).padStart(3, "0")}`, "");
  });

  test("a page has 100 entries by default, at most 1,000, and order is that of UTF-8 bytes", async () => {
    assert.equal(keysOf((await ask(oss, { query: { prefix: "many/" } })).text).length, 100);
    for (const limit of ["0", "1001", "x"])
      await assertRefused({ query: { "max-keys": limit } }, 400, "InvalidArgument");
    assert.deepEqual(keysOf((await list({})).text), ["list/Z", "list/a", "list/b/1", "list/b/2", "list/ｚ", "list/😀"]);
  });

  test("V2 counts keys and prefixes, names the owner only when asked, and refuses a token it never gave", async () => {
    const page = await list({ "list-type": "2", delimiter: "/", "max-keys": "3" });
    assert.match(page.text, /<IsTruncated>true<.*<CommonPrefixes><Prefix>list\/b\/<.*<KeyCount>3</u);
    assert.doesNotMatch(page.text, /<Owner>/u);
    const token = /<NextContinuationToken>([^<]+)</u.exec(page.text)?.[1] ?? "";
    const rest = await list({ "list-type": "2", delimiter: "/", "continuation-token": token, "fetch-owner": "true" });
    assert.deepEqual(keysOf(rest.text), ["list/ｚ", "list/😀"]);
    assert.match(rest.text, /<Owner>/u);
    for (const never of ["???", "YR"]) {
      await assertRefused({ query: { "list-type": "2", "continuation-token": never } }, 400, "InvalidArgument");
    }
  });

  test("encoding-type=url encodes every name", async () => {
    const page = await list({ "encoding-type": "url", delimiter: "/", "max-keys": "4", marker: "list/Z" });
    assert.match(page.text, /<EncodingType>url</u);
    assert.match(page.text, /<Marker>list%2FZ<.*<Prefix>list%2Fb%2F</u);
    assert.ok(keysOf(page.text).includes("list%2F%F0%9F%98%80"));
  });
});

describe("the service", () => {
  test("a throttled request says how long to wait", async () => {
    oss.setFaults({ seed: 1, rules: [{ fault: "503-with-delay", delayMs: 250 }] });
    try {
      const reply = await get("ranged");
      assert.deepEqual([reply.status, reply.headers["x-oss-qos-delay-time"]], [503, "250"]);
    } finally {
      oss.setFaults(undefined);
    }
  });

  test("a sink bucket keeps sizes and hashes, and says why nothing can be read", async () => {
    await oss.stores.create("sink-bucket", { kind: "sink" });
    const bucket = "sink-bucket";
    const stored = await put("dropped", "123456789", { bucket });
    const head = await ask(oss, { method: "HEAD", bucket, key: "dropped" });
    assert.equal(head.headers["content-length"], "9");
    assert.equal(head.headers["x-oss-hash-crc64ecma"], stored.headers["x-oss-hash-crc64ecma"]);
    await assertRefused({ bucket, key: "dropped" }, 501, "NotImplemented");
    const headers = { "x-oss-copy-source": `/${bucket}/dropped` };
    await assertRefused({ method: "PUT", key: "copied", headers }, 501, "NotImplemented");
  });

  test("a synthetic bucket is read and listed but takes no writes", async () => {
    const bucket = "synthetic-bucket";
    await oss.stores.create(bucket, bucketConfigSchema.parse({ kind: "synthetic", objects: 1234 }));
    const page = await ask(oss, { bucket, query: { "max-keys": "1000", "list-type": "2" } });
    assert.match(page.text, /<IsTruncated>true<.*<KeyCount>1000</u);
    const [key = ""] = keysOf(page.text);
    const object = await ask(oss, { bucket, key });
    assert.equal(object.headers["x-oss-hash-crc64ecma"], crc64Of(object.body).toString());
    await assertRefused({ method: "PUT", bucket, key, body: "x" }, 403, "AccessDenied");
  });

  test("what the emulator lacks is refused, not mistaken for something else", async () => {
    for (const subResource of ["lifecycle", "cors", "website", "encryption"]) {
      await assertRefused({ method: "PUT", query: { [subResource]: "" }, body: "<x/>" }, 501, "NotImplemented");
    }
    await assertRefused({ method: "PATCH", key: "ranged" }, 405, "MethodNotAllowed");
  });
});
