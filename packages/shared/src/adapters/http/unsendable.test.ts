import assert from "node:assert/strict";
import { test } from "node:test";

import { faultWith } from "../../testing/object-source-contract.ts";
import { startScriptedServer } from "../../testing/scripted-server.ts";
import type { HttpRequest } from "./http.ts";
import { createTransport } from "./transport.ts";

async function* chunksOf(bytes: Uint8Array) {
  yield bytes;
}

const small = Buffer.alloc(10);
const large = Buffer.alloc(1_000_000);
const bodies: readonly (readonly [way: string, body: HttpRequest["body"]])[] = [
  ["in memory", { bytes: small, sizeBytes: small.length }],
  ["in a few chunks", { chunks: chunksOf(small), sizeBytes: small.length }],
  ["in the lane of large bodies", { chunks: chunksOf(large), sizeBytes: large.length }],
];

for (const [way, body] of bodies) {
  test(`a request ${way} whose header no HTTP can carry is refused for good, not unreachable`, async () => {
    const server = await startScriptedServer(() => assert.fail("nothing of it may go out"));
    const transport = createTransport({ side: "TARGET", origin: server.url, connections: 2 });
    const headers = { host: "h", "x-oss-meta-note": "a\nb" };
    const request = { method: "PUT", path: "/k", headers, body, wholeUpToBytes: 1000 } as const;
    try {
      await assert.rejects(
        transport.send(request, AbortSignal.timeout(20_000)),
        faultWith("TARGET_REFUSED", "permanent"),
      );
    } finally {
      await transport.close();
      await server.close();
    }
  });
}
