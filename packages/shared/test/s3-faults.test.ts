import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

import { createS3Source, type S3SourceOptions } from "../src/adapters/s3/s3-source.ts";
import { Fault, type FaultKind } from "../src/domain/fault.ts";
import type { FaultCode } from "../src/domain/fault-codes.ts";
import type { ObjectSource } from "../src/ports/object-source.ts";
import { faultWith } from "../src/testing/object-source-contract.ts";
import {
  httpAnswer,
  type ScriptedAnswer,
  type ScriptedRequest,
  startScriptedServer,
} from "../src/testing/scripted-server.ts";

const { signal } = new AbortController();
const page = { after: undefined, prefix: "", limit: 1000 };
const waits = { connectMs: 500, headMs: 400, idleMs: 400 };

/** A source whose other end answers as scripted. */
async function against<T>(
  answer: (request: ScriptedRequest, index: number) => ScriptedAnswer,
  use: (source: ObjectSource, requests: readonly ScriptedRequest[], connections: () => number) => Promise<T>,
  change: Partial<S3SourceOptions> = {},
): Promise<T> {
  const server = await startScriptedServer(answer);
  const source = sourceAt(server.url, change);
  try {
    return await use(source, server.requests, () => server.connections());
  } finally {
    await source.close();
    await server.close();
  }
}

function sourceAt(endpoint: string, change: Partial<S3SourceOptions> = {}): ObjectSource {
  return createS3Source({
    endpoint,
    region: "us-east-1",
    bucket: "bucket-1",
    pathStyle: true,
    requesterPays: false,
    connections: 4,
    credentials: async () => ({ accessKeyId: "a", secretAccessKey: "b" }),
    waits,
    ...change,
  });
}

const refusal = (status: number, code: string, extra = "", headers: Readonly<Record<string, string>> = {}) =>
  httpAnswer(
    status,
    headers,
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>because</Message>${extra}</Error>`,
  );

const keep = (send: Buffer): ScriptedAnswer => ({ send, connection: "keep" });

const refusals: readonly (readonly [status: number, code: string, ours: FaultCode, kind: FaultKind])[] = [
  [403, "SignatureDoesNotMatch", "SOURCE_CREDENTIALS_INVALID", "permanent"],
  [403, "InvalidAccessKeyId", "SOURCE_CREDENTIALS_INVALID", "permanent"],
  [400, "ExpiredToken", "SOURCE_CREDENTIALS_EXPIRED", "permanent"],
  [403, "AccessDenied", "SOURCE_ACCESS_DENIED", "permanent"],
  [404, "NoSuchBucket", "SOURCE_BUCKET_MISSING", "permanent"],
  [404, "NoSuchKey", "SOURCE_OBJECT_MISSING", "permanent"],
  [412, "PreconditionFailed", "SOURCE_CHANGING", "transient"],
  [403, "InvalidObjectState", "SOURCE_ARCHIVED", "permanent"],
  [403, "RequestTimeTooSkewed", "CLOCK_SKEWED", "path"],
  [503, "SlowDown", "SOURCE_THROTTLED", "throttled"],
  [503, "ServiceUnavailable", "SOURCE_THROTTLED", "throttled"],
  [429, "Whatever", "SOURCE_THROTTLED", "throttled"],
  [500, "InternalError", "SOURCE_FAILED", "transient"],
  [400, "RequestTimeout", "SOURCE_FAILED", "transient"],
  [400, "InvalidRequest", "SOURCE_REFUSED", "permanent"],
];

const entry = (key: string) =>
  `<Contents><Key>${key}</Key><LastModified>2024-01-01T00:00:00Z</LastModified><ETag>"e"</ETag><Size>1</Size></Contents>`;

const listingOf = (...keys: readonly string[]) =>
  httpAnswer(200, {}, `<ListBucketResult>${keys.map(entry).join("")}</ListBucketResult>`);

describe("what S3 refuses", () => {
  for (const [status, code, ours, kind] of refusals) {
    test(`${status} ${code} is ${ours}, for a read as for a listing, with S3's own words`, async () => {
      await against(
        () => keep(refusal(status, code)),
        async (source) => {
          await assert.rejects(
            source.read({ key: "k", etag: "e", range: undefined }, { signal }),
            faultWith(ours, kind),
          );
          await assert.rejects(source.listPage(page, { signal }), (thrown) => {
            faultWith(ours, kind)(thrown);
            assert.ok(thrown instanceof Fault && thrown.said?.includes(`${code}: because`));
            return true;
          });
        },
      );
    });
  }

  test("a bucket of another region is SOURCE_REGION_MISMATCH and names that region", async () => {
    const answers = [
      refusal(301, "PermanentRedirect", "", { "x-amz-bucket-region": "eu-west-1" }),
      refusal(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"),
      httpAnswer(301, { "x-amz-bucket-region": "eu-west-1" }),
    ];
    for (const answer of answers) {
      await against(
        () => keep(answer),
        async (source) => {
          await assert.rejects(source.listPage(page, { signal }), (thrown) => {
            faultWith("SOURCE_REGION_MISMATCH", "permanent")(thrown);
            assert.match(String(thrown), /eu-west-1/);
            return true;
          });
        },
      );
    }
  });

  test("a throttled answer tells how long to wait", async () => {
    await against(
      () => keep(refusal(503, "SlowDown", "", { "retry-after": "7" })),
      async (source) => {
        await assert.rejects(source.listPage(page, { signal }), (thrown) => {
          assert.ok(thrown instanceof Fault);
          assert.equal(thrown.retryAfterMs, 7000);
          return true;
        });
      },
    );
  });

  test("a 503 that is not S3's own is SOURCE_FAILED, unless it says how long to wait", async () => {
    for (const body of ["<html>Service Unavailable</html>", refusal(503, "Nonsense").toString(), ""]) {
      await against(
        () => keep(httpAnswer(503, {}, body)),
        async (source) => {
          await assert.rejects(source.listPage(page, { signal }), faultWith("SOURCE_FAILED", "transient"));
          await assert.rejects(source.head("k", { signal }), faultWith("SOURCE_FAILED", "transient"));
        },
      );
    }
    await against(
      () => keep(httpAnswer(503, { "retry-after": "2" }, "<html>Busy</html>")),
      async (source) => {
        await assert.rejects(source.listPage(page, { signal }), faultWith("SOURCE_THROTTLED", "throttled"));
      },
    );
  });

  test("a throttled HEAD is throttled", async () => {
    const head = Buffer.from("HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\n\r\n");
    await against(
      ({ line }) => keep(line.startsWith("HEAD") ? head : refusal(503, "SlowDown")),
      async (source) => {
        await assert.rejects(source.head("k", { signal }), faultWith("SOURCE_THROTTLED", "throttled"));
      },
    );
  });

  test("a refused HEAD, which has no words, is asked for its reason by a GET", async () => {
    const head = Buffer.from("HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\n\r\n");
    await against(
      ({ line }) => keep(line.startsWith("HEAD") ? head : refusal(403, "ExpiredToken")),
      async (source, requests) => {
        const asking = source.head("k", { signal });
        await assert.rejects(asking, faultWith("SOURCE_CREDENTIALS_EXPIRED", "permanent"));
        assert.equal(requests.length, 2);
      },
    );
  });

  test("a page that is no listing is SOURCE_FAILED, and one that goes backwards SOURCE_LISTING_BROKEN", async () => {
    const bodies: readonly (readonly [Buffer, FaultCode, FaultKind])[] = [
      [httpAnswer(200, {}, "<html>Welcome to the hotel</html>"), "SOURCE_FAILED", "transient"],
      [listingOf("b", "a"), "SOURCE_LISTING_BROKEN", "permanent"],
      [listingOf("a", "a"), "SOURCE_LISTING_BROKEN", "permanent"],
      [listingOf("😀", "\uffff"), "SOURCE_LISTING_BROKEN", "permanent"],
    ];
    for (const [body, code, kind] of bodies) {
      await against(
        () => keep(body),
        async (source) => {
          await assert.rejects(source.listPage(page, { signal }), faultWith(code, kind));
        },
      );
    }
    await against(
      () => keep(listingOf("a", "b")),
      async (source) => {
        const stuck = source.listPage({ ...page, after: "a" }, { signal });
        await assert.rejects(stuck, faultWith("SOURCE_LISTING_BROKEN", "permanent"));
      },
    );
  });

  test("a key that is not percent-encoded UTF-8 is SOURCE_LISTING_BROKEN", async () => {
    const around = "<EncodingType>url</EncodingType>";
    for (const key of ["%FF", "a%", "%E6%97"]) {
      await against(
        () => keep(httpAnswer(200, {}, `<ListBucketResult>${around}${entry(key)}</ListBucketResult>`)),
        async (source) => {
          const listing = source.listPage(page, { signal });
          await assert.rejects(listing, faultWith("SOURCE_LISTING_BROKEN", "permanent"));
        },
      );
    }
  });

  test("empty pages are passed until one has keys, and an endless row of them is SOURCE_LISTING_BROKEN", async () => {
    const empty = httpAnswer(
      200,
      {},
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
    );
    const end = httpAnswer(200, {}, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
    await against(
      (_, index) => keep(index < 3 ? empty : end),
      async (source, requests) => {
        const found = await source.listPage(page, { signal });
        assert.deepEqual(found, { objects: [], more: false, last: undefined });
        assert.equal(requests.length, 4);
        assert.match(requests[1]?.line ?? "", /continuation-token=t/);
      },
    );
    await against(
      () => keep(empty),
      async (source) => {
        const endless = source.listPage(page, { signal });
        await assert.rejects(endless, faultWith("SOURCE_LISTING_BROKEN", "permanent"));
      },
    );
  });

  test("the next request leaves before a page is read; a page that leads back asks for nothing", async () => {
    const text = `<ListBucketResult><IsTruncated>true</IsTruncated>${entry("b")}</ListBucketResult>`;
    await against(
      () => keep(httpAnswer(200, {}, text)),
      async (source) => {
        const order: string[] = [];
        const onLast = (last: string): void => void order.push(`told ${last}`);
        await source.listPage({ ...page, onLast }, { signal }).then(() => order.push("read"));
        assert.deepEqual(order, ["told b", "read"]);
        const stuck = source.listPage({ ...page, after: "b", onLast }, { signal });
        await assert.rejects(stuck, faultWith("SOURCE_LISTING_BROKEN", "permanent"));
        assert.equal(order.length, 2);
      },
    );
  });

  test("a directory bucket is refused before anything is asked", async () => {
    const source = sourceAt("http://127.0.0.1:1", { bucket: "b--apne1-az1--x-s3" });
    await assert.rejects(source.listPage(page, { signal }), faultWith("SOURCE_BUCKET_UNORDERED", "permanent"));
    await source.close();
  });
});

describe("what breaks on the way from S3", () => {
  const large = 2_000_000;
  const facts = { etag: '"e"', "last-modified": "Tue, 03 Dec 2024 12:12:12 GMT" };
  const reads: readonly (readonly [name: string, expectedBytes: number | undefined, sizeBytes: number])[] = [
    ["small body", undefined, 1000],
    ["large body", undefined, large],
    ["large body in the lane of large ones", large, large],
  ];

  for (const [name, expectedBytes, sizeBytes] of reads) {
    const readAll = async (source: ObjectSource) => {
      const body = await source.read({ key: "k", etag: "e", range: undefined, expectedBytes }, { signal });
      let cameBytes = 0;
      for await (const chunk of body.chunks) cameBytes += chunk.length;
      return cameBytes;
    };
    const announced = httpAnswer(
      200,
      { ...facts, "content-length": sizeBytes.toString() },
      Buffer.alloc(sizeBytes / 2),
    );

    for (const connection of ["close", "reset"] as const) {
      test(`a ${name} cut by a ${connection} is SOURCE_BODY_TRUNCATED`, async () => {
        await against(
          () => ({ send: announced, connection }),
          async (source) => {
            const fault = await readAll(source).catch((error: unknown) => error);
            assert.ok(fault instanceof Fault, `no fault: ${String(fault)}`);
            assert.ok(["SOURCE_BODY_TRUNCATED", "SOURCE_UNREACHABLE"].includes(fault.code), fault.message);
            assert.equal(fault.kind, "transient");
          },
        );
      });
    }

    test(`a ${name} that stops coming is given up as SOURCE_UNREACHABLE`, async () => {
      await against(
        () => ({ send: announced, connection: "hang" }),
        async (source) => {
          await assert.rejects(readAll(source), faultWith("SOURCE_UNREACHABLE", "transient"));
        },
      );
    });

    test(`an answer to a request for a ${name} that never comes is SOURCE_UNREACHABLE`, async () => {
      await against(
        () => ({ send: "", connection: "hang" }),
        async (source) => {
          await assert.rejects(readAll(source), faultWith("SOURCE_UNREACHABLE", "transient"));
        },
      );
    });

    test(`a part where the whole of a ${name} was asked for is SOURCE_FAILED`, async () => {
      const part = { ...facts, "content-range": `bytes 0-9/${sizeBytes}` };
      await against(
        () => keep(httpAnswer(206, part, "0123456789")),
        async (source) => {
          await assert.rejects(readAll(source), faultWith("SOURCE_FAILED", "transient"));
        },
      );
    });
  }

  test("another range than was asked for is refused", async () => {
    const answers: readonly (readonly [Buffer, FaultCode])[] = [
      [httpAnswer(200, facts, "0123456789"), "SOURCE_FAILED"],
      [httpAnswer(206, { ...facts, "content-range": "bytes 1-5/10" }, "12345"), "SOURCE_FAILED"],
      [httpAnswer(206, { ...facts, "content-range": "bytes 0-3/4" }, "0123"), "SOURCE_BODY_TRUNCATED"],
    ];
    for (const [answer, code] of answers) {
      await against(
        () => keep(answer),
        async (source) => {
          const reading = source.read({ key: "k", etag: "e", range: { first: 0, last: 4 } }, { signal });
          await assert.rejects(reading, faultWith(code, "transient"));
        },
      );
    }
  });

  test("another version than was asked for is SOURCE_CHANGING, even if the store ignores If-Match", async () => {
    await against(
      () => keep(httpAnswer(200, { ...facts, etag: '"other"' }, "x")),
      async (source) => {
        const reading = source.read({ key: "k", etag: "e", range: undefined }, { signal });
        await assert.rejects(reading, faultWith("SOURCE_CHANGING", "transient"));
      },
    );
  });

  for (const [title, expectedBytes] of [
    ["a large body", undefined],
    ["a large body in the lane of large ones", large],
  ] as const) {
    test(`${title} of another version is left: its connection does not stay open`, async () => {
      const server = await startScriptedServer(() => ({
        send: httpAnswer(200, { ...facts, etag: '"other"', "content-length": large.toString() }, "the beginning"),
        connection: "hang",
      }));
      const source = sourceAt(server.url, { waits: { ...waits, idleMs: 60_000 } });
      try {
        const reading = source.read({ key: "k", etag: "e", range: undefined, expectedBytes }, { signal });
        await assert.rejects(reading, faultWith("SOURCE_CHANGING", "transient"));
        const endMs = performance.now() + 10_000;
        while (server.open() > 0) {
          assert.ok(performance.now() < endMs, "it is still open");
          await wait(20);
        }
      } finally {
        await source.close();
        await server.close();
      }
    });
  }

  test("a closed port and an unknown host are SOURCE_UNREACHABLE", async () => {
    for (const endpoint of ["http://127.0.0.1:1", "http://no-such-host.invalid"]) {
      const source = sourceAt(endpoint);
      await assert.rejects(source.listPage(page, { signal }), faultWith("SOURCE_UNREACHABLE", "transient"));
      const large = source.read({ key: "k", etag: "e", range: undefined, expectedBytes: 10_000_000 }, { signal });
      await assert.rejects(large, faultWith("SOURCE_UNREACHABLE", "transient"));
      await source.close();
    }
  });

  test("something that speaks no HTTP is a fault, not a defect", async () => {
    await against(
      () => ({ send: "SSH-2.0-OpenSSH_9.2\r\n", connection: "close" }),
      async (source) => {
        await assert.rejects(source.listPage(page, { signal }), faultWith("SOURCE_FAILED", "transient"));
      },
    );
  });

  test("an abort ends a call that waits for its answer", async () => {
    const reason = new Error("enough");
    for (const expectedBytes of [undefined, large]) {
      await against(
        () => ({ send: "", connection: "hang" }),
        async (source) => {
          const abort = new AbortController();
          setTimeout(() => abort.abort(reason), 50);
          const reading = source.read(
            { key: "k", etag: "e", range: undefined, expectedBytes },
            { signal: abort.signal },
          );
          await assert.rejects(reading, (thrown) => thrown === reason);
        },
        { waits: {} },
      );
    }
  });
});

describe("how S3 is reached", () => {
  const listing = httpAnswer(200, {}, "<ListBucketResult></ListBucketResult>");

  test("pinned addresses are connected to, dead ones are passed over, and Host stays the endpoint's", async () => {
    const server = await startScriptedServer(() => keep(listing));
    after(() => server.close());
    const { port } = new URL(server.url);
    const source = sourceAt(`http://s3.example.com:${port}`, {
      pathStyle: false,
      addresses: ["127.0.0.2", "127.0.0.1"],
    });
    for (let round = 0; round < 3; round += 1) await source.listPage(page, { signal });
    assert.match(server.requests[0]?.head ?? "", new RegExp(`^host: bucket-1.s3.example.com:${port}$`, "im"));
    await source.close();
  });

  test("an address that is not allowed is PATH_REFUSED, and not a byte is sent to it", async () => {
    const server = await startScriptedServer(() => keep(listing));
    after(() => server.close());
    const source = sourceAt(server.url, { allows: (address) => address.startsWith("100.") });
    await assert.rejects(source.listPage(page, { signal }), faultWith("PATH_REFUSED", "path"));
    const large = source.read({ key: "k", etag: "e", range: undefined, expectedBytes: 10_000_000 }, { signal });
    await assert.rejects(large, faultWith("PATH_REFUSED", "path"));
    assert.equal(server.requests.length, 0);
    await source.close();
  });

  test("connections are kept, also after a HEAD", async () => {
    const head = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "e"\r\n\r\n');
    await against(
      ({ line }) => keep(line.startsWith("HEAD") ? head : listing),
      async (source, requests, connections) => {
        for (let round = 0; round < 5; round += 1) {
          assert.equal((await source.head("k", { signal }))?.sizeBytes, 5);
          await source.listPage(page, { signal });
        }
        assert.equal(requests.length, 10);
        assert.ok(connections() <= 4, `${connections()} connections for 10 requests`);
      },
    );
  });

  test("the requester pays where the job says so", async () => {
    await against(
      () => keep(listing),
      async (source, requests) => {
        await source.listPage(page, { signal });
        assert.match(requests[0]?.head ?? "", /^x-amz-request-payer: requester$/im);
        assert.match(requests[0]?.head ?? "", /SignedHeaders=[^,]*x-amz-request-payer/);
      },
      { requesterPays: true },
    );
  });
});
