import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";

import { createS3Source } from "../src/adapters/s3/s3-source.ts";
import type { ObjectSource } from "../src/ports/object-source.ts";
import { faultWith } from "../src/testing/object-source-contract.ts";
import { certificate, certificateKey } from "./certificate.ts";

const { signal } = new AbortController();
const page = { after: undefined, prefix: "", limit: 1000 };
const LARGE_BYTES = 3_000_000;

const readLarge = async (source: ObjectSource, expectedBytes: number | undefined): Promise<number> => {
  const body = await source.read({ key: "k", etag: "e", range: undefined, expectedBytes }, { signal });
  let cameBytes = 0;
  for await (const chunk of body.chunks) cameBytes += chunk.length;
  return cameBytes;
};

describe("a store behind TLS", () => {
  const hosts: (string | undefined)[] = [];
  const server = createServer({ cert: certificate, key: certificateKey }, (request, response) => {
    hosts.push(request.headers.host);
    if (request.url?.includes("list-type=2")) {
      response.end("<ListBucketResult></ListBucketResult>");
      return;
    }
    response.writeHead(200, { etag: '"e"', "content-length": LARGE_BYTES });
    response.end(Buffer.alloc(LARGE_BYTES, 7));
  });
  let port = 0;
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A listening TCP server has such an address.
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const sourceAt = (host: string, ca: string | undefined): ObjectSource =>
    createS3Source({
      endpoint: `https://${host}:${port}`,
      region: "us-east-1",
      bucket: "bucket-1",
      pathStyle: false,
      requesterPays: false,
      connections: 2,
      addresses: ["127.0.0.1"],
      ca,
      credentials: async () => ({ accessKeyId: "a", secretAccessKey: "b" }),
    });

  test("is spoken to at a pinned address under its own name, in both lanes", async () => {
    const source = sourceAt("s3.example.com", certificate);
    await source.listPage(page, { signal });
    assert.equal(await readLarge(source, undefined), LARGE_BYTES);
    assert.equal(await readLarge(source, LARGE_BYTES), LARGE_BYTES);
    assert.deepEqual(new Set(hosts), new Set([`bucket-1.s3.example.com:${port}`]));
    await source.close();
  });

  test("may be named by its address: the certificate must be for that", async () => {
    const source = sourceAt("127.0.0.1", certificate);
    const refused = { said: /127\.0\.0\.1 is not in the cert's list|does not match certificate's altnames/ };
    await assert.rejects(source.listPage(page, { signal }), refused);
    await assert.rejects(readLarge(source, LARGE_BYTES), refused);
    await source.close();
  });

  test("is refused when its certificate is nobody's or another's, before a request is sent", async () => {
    hosts.length = 0;
    for (const source of [sourceAt("s3.example.com", undefined), sourceAt("s3.example.org", certificate)]) {
      const unreachable = faultWith("SOURCE_UNREACHABLE", "transient");
      await assert.rejects(source.listPage(page, { signal }), unreachable);
      await assert.rejects(readLarge(source, LARGE_BYTES), unreachable);
      await source.close();
    }
    assert.deepEqual(hosts, []);
  });
});
