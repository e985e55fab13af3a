import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import OSS from "ali-oss";

import { crc64Of } from "../src/core/crc64/crc64.ts";
import type { Emulator } from "../src/start.ts";
import { BUCKET, sendRaw, startOss, type Reply } from "./oss-emulator.ts";

const ODD_KEY = "folder/a b+c%2F&<>\"'~!*()/汉字 😀.txt";
const PART_BYTES = 100 * 1024;
// The type asks for what the service does not.
const NO_QUERY = {} as OSS.ListPartsQuery;

/** What @types/ali-oss leaves out. */
interface Client extends OSS {
  putObjectTagging(name: string, tags: Record<string, string>): Promise<unknown>;
  getObjectTagging(name: string): Promise<{ tag: Record<string, string> }>;
  deleteObjectTagging(name: string): Promise<unknown>;
}

for (const scheme of ["V1", "V4"] as const) {
  describe(`ali-oss with ${scheme} signatures`, () => {
    let oss: Emulator;
    let client: Client;
    before(async () => {
      oss = await startOss();
      client = clientOf(oss, scheme);
    });
    after(() => oss.close());

    test("an object comes back as it was put: bytes, metadata, CRC and ETag", async () => {
      const content = Buffer.from("hello, 杭州");
      const put = await client.put(ODD_KEY, content, {
        meta: { uid: 7, pid: 8 },
        headers: { "Cache-Control": "no-cache", "Content-Disposition": "inline", "x-oss-storage-class": "IA" },
        mime: "text/odd",
      });
      const headers = put.res.headers as Record<string, string>;
      assert.equal(headers["x-oss-hash-crc64ecma"], crc64Of(content).toString());
      assert.match(headers["etag"] ?? "", /^"[0-9A-F]{32}"$/u);
      assert.deepEqual((await client.get(ODD_KEY)).content, content);
      const head = await client.head(ODD_KEY);
      assert.deepEqual(head.meta, { uid: "7", pid: "8" });
      const headed = head.res.headers as Record<string, string>;
      assert.equal(headed["content-length"], String(content.length));
      assert.equal(headed["content-type"], "text/odd");
      assert.equal(headed["cache-control"], "no-cache");
      assert.equal(headed["content-disposition"], "inline");
      assert.equal(headed["x-oss-storage-class"], "IA");
      assert.equal(headed["x-oss-object-type"], "Normal");
    });

    test("listings page through keys and common prefixes in byte order", async () => {
      for (const key of ["list/a", "list/b/1", "list/b/2", "list/c&d", "list/e f", "list/é"]) {
        await client.put(key, Buffer.from(key));
      }
      const seen: string[] = [];
      let marker: string | undefined;
      do {
        const query = { prefix: "list/", delimiter: "/", "max-keys": 2, ...(marker === undefined ? {} : { marker }) };
        const page = await client.list(query, {});
        seen.push(...(page.objects ?? []).map(({ name }) => name), ...(page.prefixes ?? []));
        marker = page.isTruncated ? page.nextMarker : undefined;
      } while (marker !== undefined);
      assert.deepEqual(seen, ["list/a", "list/b/", "list/c&d", "list/e f", "list/é"]);
    });

    test("ListObjectsV2 continues by token and starts after a key", async () => {
      const names: string[] = [];
      let token: string | undefined;
      do {
        const query = {
          prefix: "list/",
          "max-keys": "4",
          ...(token === undefined ? {} : { "continuation-token": token }),
        };
        const page = await client.listV2(query);
        names.push(...page.objects.map(({ name }) => name));
        token = page.isTruncated ? page.nextContinuationToken : undefined;
      } while (token !== undefined);
      assert.deepEqual(names, ["list/a", "list/b/1", "list/b/2", "list/c&d", "list/e f", "list/é"]);
      const later = await client.listV2({ prefix: "list/", "start-after": "list/c&d" });
      assert.deepEqual(
        later.objects.map(({ name }) => name),
        ["list/e f", "list/é"],
      );
    });

    test("a multipart upload arrives whole, with a combined CRC and an ETag that counts its parts", async () => {
      const content = Buffer.alloc(3 * PART_BYTES + 5, "multipart ");
      const done = await client.multipartUpload("multi", content, { partSize: PART_BYTES, parallel: 3 });
      assert.match((done as unknown as { etag: string }).etag, /^"[0-9A-F]{32}-4"$/u);
      const headers = done.res.headers as Record<string, string>;
      assert.equal(headers["x-oss-hash-crc64ecma"], crc64Of(content).toString());
      assert.deepEqual((await client.get("multi")).content, content);
      await client.multipartUploadCopy(
        "multi-copy",
        { sourceKey: "multi", sourceBucketName: BUCKET } as OSS.MultipartUploadCopySourceData,
        { partSize: PART_BYTES },
      );
      const copy = await client.get("multi-copy");
      assert.deepEqual(copy.content, content);
      assert.equal((copy.res.headers as Record<string, string>)["x-oss-hash-crc64ecma"], undefined);
    });

    test("uploads and parts can be listed and aborted", async () => {
      const upload = await client.initMultipartUpload("unfinished");
      await client.uploadPart("unfinished", upload.uploadId, 3, Buffer.alloc(10), 0, 10);
      const parts = await client.listParts("unfinished", upload.uploadId, NO_QUERY, {});
      assert.deepEqual(
        [parts.parts].flat().map((part) => Number((part as unknown as { PartNumber: string }).PartNumber)),
        [3],
      );
      const uploads = await client.listUploads({ "max-uploads": 10 }, {});
      assert.deepEqual(
        uploads.uploads.map(({ name }) => name),
        ["unfinished"],
      );
      await client.abortMultipartUpload("unfinished", upload.uploadId);
      await assert.rejects(client.listParts("unfinished", upload.uploadId, NO_QUERY, {}), {
        code: "NoSuchUpload",
        status: 404,
      });
    });

    test("copies keep or replace metadata", async () => {
      await client.put("copy/source", Buffer.from("copied"), { meta: { uid: 1, pid: 2 } });
      await client.copy("copy/kept", "copy/source");
      assert.deepEqual((await client.head("copy/kept")).meta, { uid: "1", pid: "2" });
      await client.copy("copy/replaced", "copy/source", { meta: { uid: 3, pid: 4 } });
      assert.deepEqual((await client.head("copy/replaced")).meta, { uid: "3", pid: "4" });
      assert.equal((await client.get("copy/replaced")).content.toString(), "copied");
    });

    test("tags, ACLs and symlinks", async () => {
      await client.put("facts", Buffer.from("facts"));
      await client.putObjectTagging("facts", { team: "a b", "k:v": "1/2" });
      assert.deepEqual((await client.getObjectTagging("facts")).tag, { team: "a b", "k:v": "1/2" });
      await client.deleteObjectTagging("facts");
      assert.deepEqual((await client.getObjectTagging("facts")).tag, {});
      await client.putACL("facts", "public-read");
      assert.equal((await client.getACL("facts")).acl, "public-read");
      await client.putSymlink("link 汉", "facts", {});
      assert.equal((await client.getSymlink("link 汉")).targetName, "facts");
      assert.equal((await client.get("link 汉")).content.toString(), "facts");
    });

    test("many objects are deleted at once, whether they were there or not", async () => {
      const keys = ["gone/&1", "gone/<2>", "gone/never"];
      for (const key of keys.slice(0, 2)) await client.put(key, Buffer.from(key));
      const { deleted } = await client.deleteMulti(keys);
      assert.equal(deleted?.length, 3);
      assert.equal(((await client.list({ prefix: "gone/", "max-keys": 10 }, {})).objects ?? []).length, 0);
    });

    test("refusals carry their code, also where there is no body", async () => {
      await assert.rejects(client.get("nowhere"), { code: "NoSuchKey", status: 404 });
      await assert.rejects(client.head("nowhere"), { code: "NoSuchKey", status: 404 });
      await assert.rejects(clientOf({ ...oss, secretAccessKey: "wrong" }, scheme).get("nowhere"), {
        code: "SignatureDoesNotMatch",
        status: 403,
      });
      await assert.rejects(clientOf({ ...oss, accessKeyId: "nobody" }, scheme).head("nowhere"), {
        code: "InvalidAccessKeyId",
        status: 403,
      });
    });

    test("buckets are made, described and deleted", async () => {
      await client.putBucket("another-bucket");
      const listed = await client.listBuckets({ prefix: "another" });
      assert.deepEqual(
        (listed as unknown as { buckets: { name: string }[] }).buckets.map(({ name }) => name),
        ["another-bucket"],
      );
      assert.equal((await client.getBucketLocation("another-bucket")).location, "oss-cn-hangzhou");
      await client.deleteBucket("another-bucket");
      await assert.rejects(client.getBucketInfo("another-bucket"), { code: "NoSuchBucket" });
      await assert.rejects(client.deleteBucket(BUCKET), { code: "BucketNotEmpty", status: 409 });
    });
  });
}

describe("signed URLs made by ali-oss", () => {
  let oss: Emulator;
  let client: Client;
  before(async () => {
    oss = await startOss();
    // It signs no URL for an IP address.
    client = clientOf({ ...oss, url: oss.url.replace("127.0.0.1", "localhost") }, "V1", "path");
    await client.put(ODD_KEY, Buffer.from("signed"));
  });
  after(() => oss.close());

  const open = (url: string, method = "GET", body = "", headers = {}): Promise<Reply> =>
    sendRaw(oss, { method, path: url.slice(url.indexOf("/", "http://".length)), headers, body });

  test("V1: a URL opens what it names until it expires, and cannot be changed", async () => {
    const url = client.signatureUrl(ODD_KEY, { expires: 60, response: { "content-type": "text/overridden" } });
    const reply = await open(url);
    assert.deepEqual([reply.status, reply.text, reply.headers["content-type"]], [200, "signed", "text/overridden"]);
    const altered = await open(url.replace("overridden", "altered"));
    assert.deepEqual([altered.status, altered.code], [403, "SignatureDoesNotMatch"]);
    const expired = await open(client.signatureUrl(ODD_KEY, { expires: -60 }));
    assert.deepEqual([expired.status, expired.code], [403, "AccessDenied"]);
    const put = client.signatureUrl("by url", { method: "PUT", "Content-Type": "text/x" });
    assert.equal((await open(put, "PUT", "new", { "content-type": "text/x" })).status, 200);
    assert.equal((await open(put, "PUT", "new", { "content-type": "text/y" })).code, "SignatureDoesNotMatch");
  });

  test("V4: the same, with additional headers", async () => {
    const url = await client.signatureUrlV4("GET", 60, { headers: {}, queries: {} }, ODD_KEY);
    assert.equal((await open(url)).text, "signed");
    const altered = await open(url.replace("x-oss-expires=60", "x-oss-expires=61"));
    assert.deepEqual([altered.status, altered.code], [403, "SignatureDoesNotMatch"]);
    const bound = await client.signatureUrlV4("GET", 60, { headers: { "x-bound": "1" } }, ODD_KEY, ["x-bound"]);
    assert.equal((await open(bound, "GET", "", { "x-bound": "1" })).status, 200);
    assert.equal((await open(bound, "GET", "", { "x-bound": "2" })).code, "SignatureDoesNotMatch");
    const endless = await client.signatureUrlV4("GET", 604_801, { headers: {}, queries: {} }, ODD_KEY);
    assert.equal((await open(endless)).code, "InvalidArgument");
  });
});

test("signed URLs of both kinds end with their time", async () => {
  let aheadMs = 0;
  const oss = await startOss(() => Date.now() + aheadMs);
  try {
    const client = clientOf({ ...oss, url: oss.url.replace("127.0.0.1", "localhost") }, "V4", "path");
    const url = await client.signatureUrlV4("GET", 60, { headers: {}, queries: {} }, "nowhere");
    const open = () => sendRaw(oss, { method: "GET", path: url.slice(url.indexOf("/", 8)), headers: {} });
    assert.equal((await open()).code, "NoSuchKey");
    aheadMs = 61_000;
    assert.equal((await open()).code, "AccessDenied");
  } finally {
    await oss.close();
  }
});

function clientOf(oss: Emulator, scheme: "V1" | "V4", addressing: "host" | "path" = "host"): Client {
  const options = {
    endpoint: oss.url,
    region: `oss-${oss.region}`,
    accessKeyId: oss.accessKeyId,
    accessKeySecret: oss.secretAccessKey,
    bucket: BUCKET,
    authorizationV4: scheme === "V4",
    sldEnable: addressing === "path",
  };
  return new OSS(options) as Client;
}
