import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { after, test } from "node:test";

import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  ChecksumMode,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  ObjectCannedACL,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
  type ListObjectsCommandOutput,
  type ListObjectsV2CommandOutput,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";

import { startEmulators } from "../src/start.ts";

const MIB = 1024 ** 2;
const clock = { aheadMs: 0 };
const emulators = await startEmulators({
  now: () => Date.now() + clock.aheadMs,
  s3: {
    buckets: {
      "bucket-one": { kind: "plain" },
      elsewhere: { kind: "plain", region: "eu-west-3" },
      sink: { kind: "sink" },
      million: { kind: "synthetic", objects: 1_000_000, keys: { scheme: "folders", groups: 100 } },
    },
  },
});
after(() => emulators.close());

function client(change: S3ClientConfig = {}): S3Client {
  const made = new S3Client({
    endpoint: emulators.s3.url,
    region: emulators.s3.region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: emulators.s3.accessKeyId, secretAccessKey: emulators.s3.secretAccessKey },
    ...change,
  });
  after(() => made.destroy());
  return made;
}

const s3 = client();
const Bucket = "bucket-one";

async function put(Key: string, Body: string | Buffer = "content", more: object = {}): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function refused(promise: Promise<unknown>, name: string, status: number): Promise<S3ServiceException> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof S3ServiceException, String(error));
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
    return error;
  }
  throw new assert.AssertionError({ message: `not refused with ${name}` });
}

const oddKeys = [
  "a//b",
  "./x",
  "../y",
  "%2F",
  "%",
  "a b+c",
  "/lead",
  "&<>\"'",
  "\u{1F600}",
  "文件/数据",
  "~!*()",
  "x".repeat(1024),
  "a?b=c#d",
  "\r\n",
];

test("s3: every key is taken byte for byte, put, headed, read, listed and deleted", async () => {
  for (const Key of oddKeys) {
    await put(Key, `content of ${Key}`);
    await s3.send(new HeadObjectCommand({ Bucket, Key }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await got.Body?.transformToString(), `content of ${Key}`);
  }
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
  const keys = listed.Contents?.map(({ Key = "" }) => decodeURIComponent(Key.replaceAll("+", " ")));
  const inOrder = oddKeys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  assert.deepEqual(keys, inOrder);
  const Objects = oddKeys.filter((key) => key !== "\r\n").map((Key) => ({ Key }));
  assert.equal(
    (await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).Deleted?.length,
    Objects.length,
  );
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "\r\n" }));
  assert.equal((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
  await refused(put("x".repeat(1025)), "KeyTooLongError", 400);
});

test("s3: a wrong secret, an unknown key, a skewed clock and a wrong region are refused, each in its way", async () => {
  const good = { accessKeyId: emulators.s3.accessKeyId, secretAccessKey: emulators.s3.secretAccessKey };
  const head = new ListObjectsV2Command({ Bucket });
  await refused(client({ credentials: { ...good, secretAccessKey: "x" } }).send(head), "SignatureDoesNotMatch", 403);
  await refused(client({ credentials: { ...good, accessKeyId: "x" } }).send(head), "InvalidAccessKeyId", 403);
  const region = await refused(client({ region: "eu-west-1" }).send(head), "AuthorizationHeaderMalformed", 400);
  assert.match(region.message, /expecting 'us-east-1'/);
  const moved = await refused(s3.send(new ListObjectsV2Command({ Bucket: "elsewhere" })), "PermanentRedirect", 301);
  assert.equal(moved.$response?.headers["x-amz-bucket-region"], "eu-west-3");
  clock.aheadMs = 16 * 60 * 1000;
  await refused(client().send(head), "RequestTimeTooSkewed", 403);
  clock.aheadMs = -14 * 60 * 1000;
  await client().send(head);
  clock.aheadMs = 0;
});

test("s3: temporary credentials are good only with their token, others only without one", async () => {
  const credentials = { temporary: "secret", lasting: "secret" };
  const buckets = { [Bucket]: { kind: "plain" } } as const;
  const stores = await startEmulators({
    s3: { credentials, securityTokens: { temporary: "token" }, buckets },
  });
  after(() => stores.close());
  const list = (accessKeyId: string, sessionToken?: string) => {
    const keys = { accessKeyId, secretAccessKey: "secret", ...(sessionToken === undefined ? {} : { sessionToken }) };
    return client({ endpoint: stores.s3.url, credentials: keys }).send(new ListObjectsV2Command({ Bucket }));
  };
  await list("temporary", "token");
  await list("lasting");
  await refused(list("temporary", "another"), "InvalidToken", 400);
  await refused(list("temporary"), "InvalidToken", 400);
  await refused(list("lasting", "token"), "InvalidToken", 400);
});

test("s3: a header or a query altered behind the signer's back breaks the signature", async () => {
  for (const alter of ["header", "query", "path"] as const) {
    const cheat = client();
    cheat.middlewareStack.add(
      (next) => (args) => {
        const { request } = args as {
          request: { headers: Record<string, string>; query: Record<string, string>; path: string };
        };
        if (alter === "header") request.headers["x-amz-meta-a"] = "other";
        if (alter === "query") request.query["x-id"] = "other";
        if (alter === "path") request.path += "x";
        return next(args);
      },
      { step: "deserialize", priority: "low" },
    );
    const sent = cheat.send(new PutObjectCommand({ Bucket, Key: "k", Body: "b", Metadata: { a: "one" } }));
    await refused(sent, "SignatureDoesNotMatch", 403);
  }
});

test("s3: what a client says about an object is what it gets back", async () => {
  await put("facts", "content", {
    ContentType: "text/plain",
    CacheControl: "no-cache",
    ContentDisposition: "attachment",
    ContentEncoding: "gzip",
    ContentLanguage: "de",
    Expires: new Date("2030-01-01T00:00:00Z"),
    Metadata: { colour: "blue", under_score: "1" },
    StorageClass: "STANDARD_IA",
    Tagging: "team=one&note=a%20b",
    ACL: "public-read",
  });
  const got = await s3.send(new HeadObjectCommand({ Bucket, Key: "facts" }));
  assert.equal(got.ETag, `"${createHash("md5").update("content").digest("hex")}"`);
  assert.deepEqual(
    [
      got.ContentType,
      got.CacheControl,
      got.ContentDisposition,
      got.ContentEncoding,
      got.ContentLanguage,
      got.StorageClass,
    ],
    ["text/plain", "no-cache", "attachment", "gzip", "de", "STANDARD_IA"],
  );
  assert.equal(got.ExpiresString, "Tue, 01 Jan 2030 00:00:00 GMT");
  assert.deepEqual(got.Metadata, { colour: "blue", under_score: "1" });
  const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "facts" }));
  assert.deepEqual(tags.TagSet, [
    { Key: "team", Value: "one" },
    { Key: "note", Value: "a b" },
  ]);
  await s3.send(
    new PutObjectTaggingCommand({ Bucket, Key: "facts", Tagging: { TagSet: [{ Key: "ü@", Value: "ö /+" }] } }),
  );
  assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "facts" }))).TagSet, [
    { Key: "ü@", Value: "ö /+" },
  ]);
  await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: "facts" }));
  assert.deepEqual((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "facts" }))).TagSet, []);
  assert.equal((await s3.send(new GetObjectAclCommand({ Bucket, Key: "facts" }))).Grants?.length, 2);
  await s3.send(new PutObjectAclCommand({ Bucket, Key: "facts", ACL: ObjectCannedACL.private }));
  assert.equal((await s3.send(new GetObjectAclCommand({ Bucket, Key: "facts" }))).Grants?.length, 1);
  const overridden = await s3.send(new GetObjectCommand({ Bucket, Key: "facts", ResponseContentType: "a/b" }));
  assert.equal(overridden.ContentType, "a/b");
  await overridden.Body?.transformToByteArray();
  await refused(put("big", "x", { Metadata: { a: "x".repeat(2048) } }), "MetadataTooLarge", 400);
  await refused(put("class", "x", { StorageClass: "COLD" }), "InvalidStorageClass", 400);
  await refused(put("tags", "x", { Tagging: "a=1&a=2" }), "InvalidTag", 400);
});

test("s3: ranges, parts and conditions of a read", async () => {
  await put("read", "0123456789");
  const read = async (more: object) => {
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "read", ...more }));
    return [got.$metadata.httpStatusCode, await got.Body?.transformToString(), got.ContentRange];
  };
  assert.deepEqual(await read({ Range: "bytes=2-4" }), [206, "234", "bytes 2-4/10"]);
  assert.deepEqual(await read({ Range: "bytes=8-100" }), [206, "89", "bytes 8-9/10"]);
  assert.deepEqual(await read({ Range: "bytes=-3" }), [206, "789", "bytes 7-9/10"]);
  assert.deepEqual(await read({ Range: "nonsense" }), [200, "0123456789", undefined]);
  await refused(read({ Range: "bytes=10-" }), "InvalidRange", 416);
  await refused(read({ PartNumber: 2 }), "InvalidPartNumber", 416);
  const etag = createHash("md5").update("0123456789").digest("hex");
  assert.equal((await read({ IfMatch: `"${etag}"` }))[0], 200);
  await refused(read({ IfMatch: '"other"' }), "PreconditionFailed", 412);
  await refused(read({ IfNoneMatch: `"${etag}"` }), "Unknown", 304);
  await refused(read({ IfModifiedSince: new Date(Date.now() + 1000) }), "Unknown", 304);
  await refused(read({ IfUnmodifiedSince: new Date(0) }), "PreconditionFailed", 412);
  await refused(read({ Key: "nowhere" }), "NoSuchKey", 404);
  await refused(s3.send(new HeadObjectCommand({ Bucket, Key: "nowhere" })), "NotFound", 404);
  await refused(s3.send(new GetObjectCommand({ Bucket: "no-such-bucket", Key: "k" })), "NoSuchBucket", 404);
});

test("s3: conditional writes let one of many win", async () => {
  const attempts = Array.from({ length: 8 }, () =>
    put("once", "content", { IfNoneMatch: "*" }).then(
      () => "won",
      () => "lost",
    ),
  );
  assert.equal((await Promise.all(attempts)).filter((outcome) => outcome === "won").length, 1);
  await refused(put("once", "content", { IfMatch: '"other"' }), "PreconditionFailed", 412);
});

for (const algorithm of Object.values(ChecksumAlgorithm).filter((name) =>
  ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"].includes(name),
)) {
  test(`s3: ${algorithm} is verified, stored and given back; the SDK finds it right`, async (t) => {
    const field = `Checksum${algorithm}` as const;
    const Key = `sum-${algorithm}`;
    const content = randomBytes(200_000);
    try {
      await put(Key, content, { ChecksumAlgorithm: algorithm });
    } catch (error) {
      if (error instanceof Error && /CRT|dependency/i.test(error.message))
        return t.skip(`the SDK cannot compute it: ${error.message}`);
      throw error;
    }
    const got = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: ChecksumMode.ENABLED }));
    assert.ok((got as unknown as Record<string, unknown>)[field]);
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), content);
    const wrong = Buffer.alloc(
      { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 }[algorithm as string] ?? 0,
    ).toString("base64");
    await refused(put(Key, content, { [field]: wrong }), "BadDigest", 400);
    const attributes = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ["ETag", "Checksum", "ObjectSize"] }),
    );
    assert.equal(attributes.ObjectSize, 200_000);
    assert.ok((attributes.Checksum as unknown as Record<string, unknown>)[field]);
  });
}

test("s3: a stream of unknown end arrives as aws-chunked with its checksum in the trailer", async () => {
  const content = randomBytes(300_000);
  const Body = Readable.from([content.subarray(0, 1), content.subarray(1, 100_000), content.subarray(100_000)]);
  await s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: content.length }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "stream" }));
  assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), content);
  assert.equal(got.ContentEncoding, undefined);
  assert.ok(got.ChecksumCRC32);
});

test("s3: Content-MD5 is verified", async () => {
  const md5 = createHash("md5").update("content").digest("base64");
  await put("md5", "content", { ContentMD5: md5 });
  await refused(put("md5", "other", { ContentMD5: md5 }), "BadDigest", 400);
  await refused(put("md5", "other", { ContentMD5: "short" }), "InvalidDigest", 400);
});

test("s3: listings of both versions page through every key once, with prefixes, delimiters and markers", async () => {
  const keys = ["a", "b/", "b/1", "b/2", "c/d/1", "c/d/2", "c/e", "d", "z!", "z/1", "z0"];
  await s3.send(new CreateBucketCommand({ Bucket: "listing" }));
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket: "listing", Key, Body: "x" }));
  const collect = async (more: object, version: 1 | 2) => {
    const found: string[] = [];
    for (let next: object | undefined = {}; next !== undefined;) {
      const input: { Bucket: string } = { Bucket: "listing", ...more, ...next };
      const page: ListObjectsCommandOutput | ListObjectsV2CommandOutput =
        version === 1 ? await s3.send(new ListObjectsCommand(input)) : await s3.send(new ListObjectsV2Command(input));
      const here = [
        ...(page.Contents ?? []).map(({ Key = "" }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix),
      ].sort();
      found.push(...here);
      if (page.IsTruncated !== true) next = undefined;
      else
        next =
          "NextContinuationToken" in page
            ? { ContinuationToken: page.NextContinuationToken }
            : { Marker: ("NextMarker" in page ? page.NextMarker : undefined) ?? here.at(-1) };
    }
    return found;
  };
  const sorted = [...keys].sort();
  for (const version of [1, 2] as const) {
    for (const MaxKeys of [1, 2, 3, 1000]) {
      assert.deepEqual(await collect({ MaxKeys }, version), sorted);
      assert.deepEqual(await collect({ MaxKeys, Delimiter: "/" }, version), ["a", "b/", "c/", "d", "z!", "z/", "z0"]);
      assert.deepEqual(await collect({ MaxKeys, Delimiter: "/", Prefix: "c/" }, version), ["c/d/", "c/e"]);
      assert.deepEqual(await collect({ MaxKeys, Prefix: "b/" }, version), ["b/", "b/1", "b/2"]);
    }
  }
  assert.deepEqual(await collect({ StartAfter: "c/d/1", MaxKeys: 2 }, 2), sorted.slice(sorted.indexOf("c/d/1") + 1));
  const versions = await s3.send(new ListObjectVersionsCommand({ Bucket: "listing", MaxKeys: 3 }));
  assert.deepEqual(
    versions.Versions?.map(({ Key, VersionId }) => [Key, VersionId]),
    [
      ["a", "null"],
      ["b/", "null"],
      ["b/1", "null"],
    ],
  );
  assert.equal(versions.NextKeyMarker, "b/1");
  const owned = await s3.send(new ListObjectsV2Command({ Bucket: "listing", FetchOwner: true, MaxKeys: 1 }));
  assert.ok(owned.Contents?.[0]?.Owner?.ID);
  await refused(s3.send(new DeleteBucketCommand({ Bucket: "listing" })), "BucketNotEmpty", 409);
});

test("s3: buckets are made, found, described and removed", async () => {
  await s3.send(new CreateBucketCommand({ Bucket: "short-lived" }));
  await refused(s3.send(new CreateBucketCommand({ Bucket: "short-lived" })), "BucketAlreadyOwnedByYou", 409);
  await refused(s3.send(new CreateBucketCommand({ Bucket: "Capital" })), "InvalidBucketName", 400);
  assert.equal((await s3.send(new HeadBucketCommand({ Bucket: "short-lived" }))).BucketRegion, "us-east-1");
  assert.equal((await s3.send(new GetBucketLocationCommand({ Bucket: "elsewhere" }))).LocationConstraint, "eu-west-3");
  assert.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, undefined);
  assert.equal((await s3.send(new GetBucketAclCommand({ Bucket }))).Grants?.length, 1);
  assert.ok((await s3.send(new ListBucketsCommand({}))).Buckets?.some(({ Name }) => Name === "short-lived"));
  await s3.send(new DeleteBucketCommand({ Bucket: "short-lived" }));
  await refused(s3.send(new HeadBucketCommand({ Bucket: "short-lived" })), "NotFound", 404);
});

test("s3: a multipart upload has its ETag, its parts and its checksum, composite or of the whole", async () => {
  const parts = [randomBytes(5 * MIB), randomBytes(5 * MIB + 1), randomBytes(10)];
  for (const [algorithm, type] of [
    ["CRC32", "COMPOSITE"],
    ["SHA256", "COMPOSITE"],
    ["CRC32", "FULL_OBJECT"],
    ["CRC64NVME", "FULL_OBJECT"],
  ] as const) {
    const Key = `multi-${algorithm}-${type}`;
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key,
        ChecksumAlgorithm: algorithm,
        ChecksumType: type,
        Metadata: { a: "1" },
      }),
    );
    const Parts = [];
    for (const [at, Body] of parts.entries()) {
      const made = await s3.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: at + 1, Body, ChecksumAlgorithm: algorithm }),
      );
      Parts.push({ ...made, PartNumber: at + 1, $metadata: undefined });
    }
    assert.equal(
      (await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }))).NextPartNumberMarker,
      "2",
    );
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
    const etag = createHash("md5");
    for (const part of parts) etag.update(createHash("md5").update(part).digest());
    assert.equal(done.ETag, `"${etag.digest("hex")}-3"`);
    assert.equal(done.ChecksumType, type);
    // With FULL_OBJECT the SDK verifies the checksum of what it reads.
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.ok(Buffer.concat(parts).equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
    const second = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    assert.equal(second.PartsCount, 3);
    assert.ok(parts[1]?.equals(Buffer.from((await second.Body?.transformToByteArray()) ?? [])));
    const attributes = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ["ObjectParts", "Checksum"] }),
    );
    assert.equal(attributes.ObjectParts?.TotalPartsCount, 3);
    await refused(
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } })),
      "NoSuchUpload",
      404,
    );
  }
});

test("s3: a multipart upload is refused for wrong order, wrong parts and small parts, and can be aborted", async () => {
  const Key = "refused-multi";
  const plain = client({ requestChecksumCalculation: "WHEN_REQUIRED" });
  const { UploadId } = await plain.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const part = async (PartNumber: number, Body: string) => ({
    PartNumber,
    ETag: (await plain.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))).ETag,
  });
  const [one, two] = [await part(1, "one"), await part(2, "two")];
  const complete = (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
    plain.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  await refused(complete(one, two), "EntityTooSmall", 400);
  await refused(complete(two, one), "InvalidPartOrder", 400);
  await refused(complete(one, { PartNumber: 3, ETag: one.ETag }), "InvalidPart", 400);
  await refused(complete({ PartNumber: 1, ETag: two.ETag }), "InvalidPart", 400);
  await refused(complete(), "MalformedXML", 400);
  await refused(part(10_001, "x"), "InvalidArgument", 400);
  const uploads = await plain.send(new ListMultipartUploadsCommand({ Bucket }));
  assert.deepEqual(
    uploads.Uploads?.map(({ Key }) => Key),
    [Key],
  );
  await plain.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  await refused(part(1, "x"), "NoSuchUpload", 404);
  assert.equal((await plain.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads, undefined);
});

test("s3: objects and parts can be copied, metadata kept or replaced", async () => {
  await put("source ä", "0123456789", { Metadata: { a: "1" }, Tagging: "t=1" });
  const CopySource = `${Bucket}/${encodeURIComponent("source ä")}`;
  await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
  const kept = await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }));
  assert.deepEqual([kept.Metadata, kept.ContentLength], [{ a: "1" }, 10]);
  await s3.send(
    new CopyObjectCommand({ Bucket, Key: "copy", CopySource, MetadataDirective: "REPLACE", Metadata: { b: "2" } }),
  );
  assert.deepEqual((await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).Metadata, { b: "2" });
  await refused(s3.send(new CopyObjectCommand({ Bucket, Key: "source ä", CopySource })), "InvalidRequest", 400);
  await refused(
    s3.send(new CopyObjectCommand({ Bucket, Key: "x", CopySource, CopySourceIfMatch: '"no"' })),
    "PreconditionFailed",
    412,
  );
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "joined" }));
  const made = await s3.send(
    new UploadPartCopyCommand({
      Bucket,
      Key: "joined",
      UploadId,
      PartNumber: 1,
      CopySource,
      CopySourceRange: "bytes=2-5",
    }),
  );
  const Parts = [{ ...made.CopyPartResult, PartNumber: 1 }];
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "joined", UploadId, MultipartUpload: { Parts } }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: "joined" }));
  assert.equal(await got.Body?.transformToString(), "2345");
});

test("s3: an archived object is unreadable until it was restored", async () => {
  await put("cold", "content", { StorageClass: "DEEP_ARCHIVE" });
  const read = () => s3.send(new GetObjectCommand({ Bucket, Key: "cold" }));
  const restore = () => s3.send(new RestoreObjectCommand({ Bucket, Key: "cold", RestoreRequest: { Days: 1 } }));
  await refused(read(), "InvalidObjectState", 403);
  assert.equal((await restore()).$metadata.httpStatusCode, 202);
  await refused(restore(), "RestoreAlreadyInProgress", 409);
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: "cold" }))).Restore, 'ongoing-request="true"');
  clock.aheadMs = 10_000;
  assert.equal(await (await read()).Body?.transformToString(), "content");
  assert.match(
    (await s3.send(new HeadObjectCommand({ Bucket, Key: "cold" }))).Restore ?? "",
    /^ongoing-request="false", expiry-date="/,
  );
  assert.equal((await restore()).$metadata.httpStatusCode, 200);
  clock.aheadMs = 0;
  await put("warm");
  await refused(
    s3.send(new RestoreObjectCommand({ Bucket, Key: "warm", RestoreRequest: { Days: 1 } })),
    "InvalidObjectState",
    403,
  );
});

test("s3: a sink keeps facts and no bytes; a synthetic bucket keeps neither and takes no writes", async () => {
  await s3.send(new PutObjectCommand({ Bucket: "sink", Key: "k", Body: "content" }));
  assert.equal((await s3.send(new HeadObjectCommand({ Bucket: "sink", Key: "k" }))).ContentLength, 7);
  await refused(s3.send(new GetObjectCommand({ Bucket: "sink", Key: "k" })), "MethodNotAllowed", 405);
  await refused(s3.send(new PutObjectCommand({ Bucket: "million", Key: "k", Body: "x" })), "AccessDenied", 403);
  const page = await s3.send(new ListObjectsV2Command({ Bucket: "million", Prefix: "d0000/d5" }));
  assert.equal(page.KeyCount, 1000);
  const folders = await s3.send(new ListObjectsV2Command({ Bucket: "million", Prefix: "d0000/", Delimiter: "/" }));
  assert.equal(folders.CommonPrefixes?.length, 100);
  const Key = page.Contents?.[17]?.Key ?? "";
  const got = await s3.send(new GetObjectCommand({ Bucket: "million", Key }));
  const content = (await got.Body?.transformToByteArray()) ?? new Uint8Array();
  assert.equal(got.ETag, `"${createHash("md5").update(content).digest("hex")}"`);
});
