// The signatures in this file are those of the examples in Amazon's documentation: "Signature calculations for the
// Authorization header" (in a single chunk, in multiple chunks, including trailing headers) and "… using query parameters".
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startEmulators, type Emulators } from "../src/start.ts";
import { raw, type RawRequest } from "./raw-request.ts";

const ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE";
const SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SIGNED_AT_MS = Date.UTC(2013, 4, 24);
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const clock = { nowMs: SIGNED_AT_MS };
let emulators: Emulators;

before(async () => {
  emulators = await startEmulators({
    now: () => clock.nowMs,
    s3: { credentials: { [ACCESS_KEY]: SECRET_KEY }, buckets: { examplebucket: { kind: "plain" } } },
  });
});
after(() => emulators.close());

function send(request: RawRequest) {
  return raw(emulators.s3.url, request);
}

function authorization(signedHeaders: string, signature: string): string {
  return `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
}

const host = "examplebucket.s3.amazonaws.com";
const putFile: RawRequest = {
  method: "PUT",
  path: "/test%24file.text",
  headers: {
    host,
    date: "Fri, 24 May 2013 00:00:00 GMT",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    "content-length": "21",
    authorization: authorization(
      "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
  },
  body: "Welcome to Amazon S3.",
};
const listFiles: RawRequest = {
  path: "/?max-keys=2&prefix=J",
  headers: {
    host,
    "x-amz-date": "20130524T000000Z",
    "x-amz-content-sha256": EMPTY_SHA256,
    authorization: authorization(
      "host;x-amz-content-sha256;x-amz-date",
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
  },
};

test("Amazon's example of a signed PUT is accepted, with its own body only", async () => {
  assert.equal((await send(putFile)).status, 200);
  const other = await send({ ...putFile, body: "Welcome to Amazon S4." });
  assert.deepEqual([other.status, codeOf(other.body)], [400, "XAmzContentSHA256Mismatch"]);
});

test("Amazon's example of a signed listing is accepted", async () => {
  const answer = await send(listFiles);
  assert.equal(answer.status, 200);
  assert.match(answer.body, /<MaxKeys>2<\/MaxKeys>/);
});

test("a signature does not cover another method, path, query or header", async () => {
  const altered: RawRequest[] = [
    { ...listFiles, path: "/?max-keys=3&prefix=J" },
    { ...listFiles, path: "/?max-keys=2&prefix=J&delimiter=/" },
    { ...listFiles, headers: { ...listFiles.headers, host: "otherbucket.s3.amazonaws.com" } },
    { ...putFile, path: "/test%25file.text" },
    { ...putFile, headers: { ...putFile.headers, "x-amz-storage-class": "STANDARD" } },
  ];
  for (const request of altered) {
    const answer = await send(request);
    assert.deepEqual([answer.status, codeOf(answer.body)], [403, "SignatureDoesNotMatch"], request.path);
  }
  const added = await send({ ...putFile, headers: { ...putFile.headers, "x-amz-acl": "public-read" } });
  assert.deepEqual([added.status, codeOf(added.body)], [403, "AccessDenied"]);
  assert.match(added.body, /<HeadersNotSigned>x-amz-acl</);
  const unsigned = await send({ path: "/", headers: { host } });
  assert.deepEqual([unsigned.status, codeOf(unsigned.body)], [403, "AccessDenied"]);
});

test("Amazon's example of a presigned URL is accepted until it expires", async () => {
  await send(putFile);
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${ACCESS_KEY}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`;
  const signed = { path: `/test.txt?${query}`, headers: { host } };
  assert.equal(codeOf((await send(signed)).body), "NoSuchKey");
  clock.nowMs = SIGNED_AT_MS + 86_400_000;
  assert.equal(codeOf((await send(signed)).body), "NoSuchKey");
  clock.nowMs += 1;
  const late = await send(signed);
  assert.deepEqual([late.status, codeOf(late.body)], [403, "AccessDenied"]);
  clock.nowMs = SIGNED_AT_MS;
  const altered = await send({ ...signed, path: signed.path.replace("test.txt", "test2.txt") });
  assert.equal(codeOf(altered.body), "SignatureDoesNotMatch");
});

const chunkSignatures = [
  "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
const letters = (count: number) => "a".repeat(count);

function chunked(signatures: readonly string[], content: readonly string[], trailer = ""): string {
  const chunks = signatures.map((signature, at) => {
    const text = content[at] ?? "";
    return `${text.length.toString(16)};chunk-signature=${signature}\r\n${text}${at < signatures.length - 1 ? "\r\n" : ""}`;
  });
  return `${chunks.join("")}${trailer}\r\n`;
}

function putChunks(body: string): RawRequest {
  return {
    method: "PUT",
    path: "/examplebucket/chunkObject.txt",
    headers: {
      host: "s3.amazonaws.com",
      "x-amz-date": "20130524T000000Z",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": "66560",
      "content-length": "66824",
      authorization: authorization(
        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
      ),
    },
    body,
  };
}

test("Amazon's example of signed chunks is accepted; a flipped byte or a lost chunk is not", async () => {
  const good = chunked(chunkSignatures, [letters(65_536), letters(1024)]);
  assert.equal((await send(putChunks(good))).status, 200);
  const { store } = emulators.s3.stores.get("examplebucket") ?? assert.fail();
  const object = await store.stat("chunkObject.txt");
  assert.deepEqual([object?.sizeBytes, object?.headers["content-encoding"]], [66_560, undefined]);
  await store.remove("chunkObject.txt");
  const flipped = `${good.slice(0, 40_000)}b${good.slice(40_001)}`;
  assert.equal(codeOf((await send(putChunks(flipped))).body), "SignatureDoesNotMatch");
  assert.equal(await store.stat("chunkObject.txt"), undefined);
});

const trailerRequest = (trailer: string): RawRequest => ({
  method: "PUT",
  path: "/examplebucket/chunkObject.txt",
  headers: {
    host: "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "x-amz-trailer": "x-amz-checksum-crc32c",
    "transfer-encoding": "chunked",
    authorization: authorization(
      "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    ),
  },
  body: chunked(
    [
      "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
      "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
      "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ],
    [letters(65_536), letters(1024)],
    trailer,
  ),
});

test("Amazon's example of a signed trailer is accepted; another checksum or signature is not", async () => {
  const signature = "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n";
  const good = await send(trailerRequest(`x-amz-checksum-crc32c:sOO8/Q==\r\n${signature}`));
  assert.deepEqual([good.status, good.headers["x-amz-checksum-crc32c"]], [200, "sOO8/Q=="]);
  const otherChecksum = await send(trailerRequest(`x-amz-checksum-crc32c:AAAAAA==\r\n${signature}`));
  assert.equal(codeOf(otherChecksum.body), "SignatureDoesNotMatch");
  const none = await send(trailerRequest("x-amz-checksum-crc32c:sOO8/Q==\r\n"));
  assert.equal(codeOf(none.body), "SignatureDoesNotMatch");
});

test("a refused upload that expects 100-continue costs its client no body", async () => {
  const headers = { host, expect: "100-continue", "content-length": "1000000" };
  const answer = await raw(emulators.s3.url, { method: "PUT", path: "/key", headers });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.connection, "close");
});

function codeOf(body: string): string | undefined {
  return /<Code>(.*?)<\/Code>/.exec(body)?.[1];
}
