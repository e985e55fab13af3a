import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";

import { createOssTarget } from "../src/adapters/oss/oss-target.ts";
import type { FaultCode } from "../src/domain/fault-codes.ts";
import { Fault, type FaultKind } from "../src/domain/fault.ts";
import type { TargetAttributes } from "../src/domain/object.ts";
import type { Chunks } from "../src/ports/object-source.ts";
import type { ObjectTarget, PutRequest } from "../src/ports/object-target.ts";
import { faultWith } from "../src/testing/object-source-contract.ts";
import {
  httpAnswer,
  type ScriptedAnswer,
  type ScriptedRequest,
  startScriptedServer,
} from "../src/testing/scripted-server.ts";

const { signal } = new AbortController();
const page = { after: undefined, prefix: "", limit: 1000 };
const attributes: TargetAttributes = {
  headers: {},
  userMetadata: { note: "日本" },
  storageClass: "Standard",
  serverSideEncryption: { algorithm: "KMS", kmsKeyId: "key-1" },
};
const put: PutRequest = { key: "k", payload: { bytes: Buffer.from("x") }, attributes, ifThere: "replace" };

async function against<T>(
  answer: (request: ScriptedRequest, index: number) => ScriptedAnswer,
  use: (target: ObjectTarget, requests: readonly ScriptedRequest[]) => Promise<T>,
): Promise<T> {
  const server = await startScriptedServer(answer);
  const target = createOssTarget({
    endpoint: server.url,
    region: "cn-shanghai",
    bucket: "bucket-1",
    connections: 4,
    credentials: async () => ({ accessKeyId: "a", secretAccessKey: "b" }),
    signature: "v4",
    waits: { connectMs: 500, headMs: 400, idleMs: 400 },
  });
  try {
    return await use(target, server.requests);
  } finally {
    await target.close();
    await server.close();
  }
}

const keep = (send: Buffer): ScriptedAnswer => ({ send, connection: "keep" });

const document = (code: string, message = "because", extra = "") =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message>${extra}</Error>`;

const refusals: readonly (readonly [status: number, code: string, ours: FaultCode, kind: FaultKind])[] = [
  [403, "SignatureDoesNotMatch", "TARGET_CREDENTIALS_INVALID", "permanent"],
  [403, "InvalidAccessKeyId", "TARGET_CREDENTIALS_INVALID", "permanent"],
  [403, "SecurityTokenExpired", "TARGET_CREDENTIALS_EXPIRED", "permanent"],
  [403, "AccessDenied", "TARGET_ACCESS_DENIED", "permanent"],
  [404, "NoSuchBucket", "TARGET_BUCKET_MISSING", "permanent"],
  [400, "InvalidBucketName", "TARGET_BUCKET_MISSING", "permanent"],
  [404, "NoSuchUpload", "TARGET_UPLOAD_LOST", "permanent"],
  [400, "InvalidDigest", "TARGET_CHECKSUM_MISMATCH", "transient"],
  [400, "InvalidObjectName", "KEY_INVALID", "permanent"],
  [403, "RequestTimeTooSkewed", "CLOCK_SKEWED", "path"],
  [503, "ServiceUnavailable", "TARGET_THROTTLED", "throttled"],
  [429, "TooManyRequests", "TARGET_THROTTLED", "throttled"],
  [500, "InternalError", "TARGET_FAILED", "transient"],
  [400, "EntityTooLarge", "TARGET_REFUSED", "permanent"],
];

describe("what OSS refuses", () => {
  for (const [status, code, ours, kind] of refusals) {
    test(`${status} ${code} is ${ours}, with OSS' own words and the EC that its support asks for`, async () => {
      await against(
        () => keep(httpAnswer(status, { "x-oss-ec": "0099-00000001" }, document(code))),
        async (target) => {
          await assert.rejects(target.put(put, { signal }), (thrown) => {
            faultWith(ours, kind)(thrown);
            assert.match(String(thrown), new RegExp(`${code}: because: EC 0099-00000001`));
            return true;
          });
          await assert.rejects(target.listPage(page, { signal }), faultWith(ours, kind));
        },
      );
    });
  }

  test("a bucket of another region is TARGET_REGION_MISMATCH and names its endpoint", async () => {
    const message = "The bucket you are attempting to access must be addressed using the specified endpoint.";
    const answers = [
      document("AccessDenied", message, "<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>"),
      document("InvalidArgument", "Invalid signing region in Authorization header."),
    ];
    for (const answer of answers) {
      await against(
        () => keep(httpAnswer(403, {}, answer)),
        async (target) => {
          const putting = target.put(put, { signal });
          await assert.rejects(putting, faultWith("TARGET_REGION_MISMATCH", "permanent"));
          if (answer.includes("beijing")) await assert.rejects(target.put(put, { signal }), /oss-cn-beijing/);
        },
      );
    }
  });

  test("metadata that OSS does not take is METADATA_REFUSED", async () => {
    await against(
      () => keep(httpAnswer(400, { "x-oss-ec": "0011-00000004" }, document("InvalidArgument"))),
      async (target) => {
        await assert.rejects(target.put(put, { signal }), faultWith("METADATA_REFUSED", "permanent"));
      },
    );
  });

  test("a throttled answer tells how long to wait", async () => {
    await against(
      () => keep(httpAnswer(503, { "x-oss-qos-delay-time": "350" }, document("ServiceUnavailable"))),
      async (target) => {
        await assert.rejects(target.put(put, { signal }), (thrown) => {
          assert.ok(thrown instanceof Fault);
          assert.equal(thrown.retryAfterMs, 350);
          return true;
        });
      },
    );
  });

  test("a 503 that is not OSS' own is TARGET_FAILED, unless it says how long to wait", async () => {
    for (const body of ["<html>Service Unavailable</html>", document("Nonsense"), ""]) {
      await against(
        () => keep(httpAnswer(503, {}, body)),
        async (target) => {
          await assert.rejects(target.put(put, { signal }), faultWith("TARGET_FAILED", "transient"));
          await assert.rejects(target.listPage(page, { signal }), faultWith("TARGET_FAILED", "transient"));
        },
      );
    }
    await against(
      () => keep(httpAnswer(503, { "x-oss-qos-delay-time": "200" })),
      async (target) => {
        await assert.rejects(target.put(put, { signal }), faultWith("TARGET_THROTTLED", "throttled"));
      },
    );
  });

  test("a HEAD's refusal is read from its header: a missing bucket is not a missing object", async () => {
    const err = Buffer.from(document("NoSuchBucket")).toString("base64");
    await against(
      ({ line }) =>
        line.includes("/nothing ")
          ? keep(httpAnswer(404))
          : keep(Buffer.from(`HTTP/1.1 404 Not Found\r\nContent-Length: 300\r\nx-oss-err: ${err}\r\n\r\n`)),
      async (target) => {
        assert.equal(await target.head("nothing", { signal }), undefined);
        await assert.rejects(target.head("k", { signal }), faultWith("TARGET_BUCKET_MISSING", "permanent"));
      },
    );
  });

  test("a listed key that is not percent-encoded UTF-8 is TARGET_REFUSED", async () => {
    const listed =
      "<Contents><Key>%FF</Key><LastModified>2024-01-01T00:00:00Z</LastModified><ETag>e</ETag><Size>1</Size></Contents>";
    const listing = `<ListBucketResult><EncodingType>url</EncodingType>${listed}</ListBucketResult>`;
    await against(
      () => keep(httpAnswer(200, {}, listing)),
      async (target) => {
        await assert.rejects(target.listPage(page, { signal }), faultWith("TARGET_REFUSED", "permanent"));
      },
    );
  });

  test("an answer without the element that matters is TARGET_FAILED", async () => {
    await against(
      () => keep(httpAnswer(200, {}, "<html>Welcome to the hotel</html>")),
      async (target) => {
        const failed = faultWith("TARGET_FAILED", "transient");
        await assert.rejects(target.listPage(page, { signal }), failed);
        await assert.rejects(target.uploads.begin("k", attributes, { signal }), failed);
        await assert.rejects(target.uploads.complete({ key: "k", uploadId: "u" }, [], { signal }), failed);
      },
    );
  });
});

async function* chunksOf(sizeBytes: number): Chunks {
  for (let left = sizeBytes; left > 0; left -= 50_000) yield new Uint8Array(Math.min(50_000, left));
}

describe("how OSS is written to", () => {
  const stored = httpAnswer(200, { etag: '"ABC"', "x-oss-hash-crc64ecma": "18446744073709551615" });
  for (const sizeBytes of [0, 1000, 1_000_000]) {
    test(`a body of ${sizeBytes} bytes in chunks goes out with its exact Content-Length, in one piece`, async () => {
      await against(
        () => keep(stored),
        async (target, requests) => {
          const payload = { chunks: chunksOf(sizeBytes), sizeBytes };
          assert.deepEqual(await target.put({ ...put, payload }, { signal }), { etag: "ABC", crc64: 2n ** 64n - 1n });
          const [request] = requests;
          assert.match(request?.head ?? "", new RegExp(`^content-length: ${sizeBytes}$`, "im"));
          assert.doesNotMatch(request?.head ?? "", /transfer-encoding/i);
          assert.equal(request?.body.length, sizeBytes);
        },
      );
    });
  }

  test("attributes go out as headers, text beyond ASCII as UTF-8", async () => {
    await against(
      () => keep(stored),
      async (target, requests) => {
        await target.put({ ...put, ifThere: "forbid" }, { signal });
        const head = Buffer.from(requests[0]?.head ?? "", "latin1").toString();
        assert.match(head, /^x-oss-meta-note: 日本$/m);
        assert.match(head, /^x-oss-storage-class: Standard$/m);
        assert.match(head, /^x-oss-server-side-encryption: KMS$/m);
        assert.match(head, /^x-oss-server-side-encryption-key-id: key-1$/m);
        assert.match(head, /^x-oss-forbid-overwrite: true$/m);
      },
    );
  });

  test("a store without a CRC-64 answers none", async () => {
    await against(
      () => keep(httpAnswer(200, { etag: '"ABC"' })),
      async (target) => {
        assert.deepEqual(await target.put(put, { signal }), { etag: "ABC", crc64: undefined });
      },
    );
  });

  for (const sizeBytes of [100_000, 3_000_000]) {
    test(`a refusal while ${sizeBytes} bytes are still going out is told, not the broken connection`, async () => {
      const refusal = httpAnswer(403, { connection: "close" }, document("AccessDenied"));
      const listener = createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.end(refusal));
        socket.resume();
      });
      await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
      const address = listener.address();
      const port = typeof address === "object" ? address?.port : 0;
      const target = createOssTarget({
        endpoint: `http://127.0.0.1:${port}`,
        region: "cn-shanghai",
        bucket: "bucket-1",
        connections: 1,
        credentials: async () => ({ accessKeyId: "a", secretAccessKey: "b" }),
        signature: "v4",
      });
      const slowly = (async function* () {
        for await (const chunk of chunksOf(sizeBytes)) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          yield chunk;
        }
      })();
      const putting = target.put({ ...put, payload: { chunks: slowly, sizeBytes } }, { signal });
      await assert.rejects(putting, faultWith("TARGET_ACCESS_DENIED", "permanent"));
      await target.close();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    });
  }

  test("a connection that breaks after the body is TARGET_UNREACHABLE or TARGET_FAILED, and may be tried again", async () => {
    for (const sizeBytes of [1000, 1_000_000]) {
      await against(
        () => ({ send: "", connection: "reset" }),
        async (target) => {
          const payload = { chunks: chunksOf(sizeBytes), sizeBytes };
          await assert.rejects(
            target.put({ ...put, payload }, { signal }),
            faultWith("TARGET_UNREACHABLE", "transient"),
          );
        },
      );
    }
  });
});
