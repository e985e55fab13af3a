import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { gather } from "../src/core/body.ts";
import { createExchange } from "../src/core/request.ts";

const sizesBytes = [0, 1, 4096, 65_000, 66_000, 100_000, 130_000, 1_000_000, 1_048_577];

/** Answers with the body that came, asked for after so long. A fault that waits, for one, leaves it in Node's buffer meanwhile. */
async function echo(message: IncomingMessage, response: ServerResponse, afterMs: number): Promise<void> {
  const { body } = createExchange(message, () => {});
  if (afterMs > 0) await new Promise((resolve) => setTimeout(resolve, afterMs));
  response.end(await gather(body, 2 ** 30));
}

for (const afterMs of [0, 50]) {
  test(`a body that is asked for after ${afterMs} ms is whole`, async (t) => {
    const server = createServer((message, response) => void echo(message, response, afterMs));
    t.after(() => server.close());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    for (const sizeBytes of sizesBytes) {
      const sent = Buffer.alloc(sizeBytes, `${sizeBytes} bytes `);
      const asked = request({ host: "127.0.0.1", port, method: "PUT", headers: { "content-length": sizeBytes } });
      asked.end(sent);
      const [answer] = await once(asked, "response");
      const came = Buffer.concat(await answer.toArray());
      assert.equal(came.length, sizeBytes);
      assert.ok(came.equals(sent), `${sizeBytes} bytes`);
    }
  });
}
