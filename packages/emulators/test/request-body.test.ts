import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { gather } from "../src/core/body.ts";
import { createExchange } from "../src/core/request.ts";

const sizesBytes = [0, 1, 4096, 65_000, 66_000, 100_000, 130_000, 1_000_000, 1_048_577];

for (const when of ["at once", "when all that fits has come"] as const) {
  test(`a body is whole that is asked for ${when}`, async (t) => {
    const echo = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { body } = createExchange(message, () => {});
      // A fault that waits, for one, leaves the body in Node's buffer meanwhile.
      if (when !== "at once") await new Promise((resolve) => setTimeout(resolve, 50));
      response.end(await gather(body, 2 ** 30));
    };
    const server = createServer((message, response) => void echo(message, response));
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
