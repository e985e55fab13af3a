import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { test, type TestContext } from "node:test";

import { createTransport } from "../src/adapters/http/transport.ts";
import type { HttpRequest } from "../src/adapters/http/http.ts";
import { Fault } from "../src/domain/fault.ts";
import { certificate, certificateKey } from "./certificate.ts";

const { signal } = new AbortController();
const large = Buffer.alloc(1_500_000, 7);

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server has such an address.
  return (server.address() as AddressInfo).port;
}

/** A proxy that connects everything to `port`, or refuses. */
async function proxyTo(t: TestContext, port: number, answer = "200 Connection established") {
  const asked: { readonly authority: string; readonly authorization: string | undefined }[] = [];
  const server = createHttpServer();
  server.on("connect", (request, client) => {
    asked.push({ authority: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    client.write(`HTTP/1.1 ${answer}\r\n\r\n`);
    if (!answer.startsWith("200")) {
      client.end();
      return;
    }
    const origin = connect(port, "127.0.0.1");
    origin.on("error", () => client.destroy());
    client.on("error", () => origin.destroy());
    client.pipe(origin).pipe(client);
  });
  const own = await listening(t, server);
  return { asked, url: `http://me:p%40ss@127.0.0.1:${own}` };
}

const echo: RequestListener = (request, response) => {
  const pieces: Buffer[] = [];
  request.on("data", (piece: Buffer) => pieces.push(piece));
  request.on("end", () => response.end(request.method === "GET" ? large : String(Buffer.concat(pieces).length)));
};

async function received({ body }: { readonly body: Buffer | AsyncIterable<Uint8Array> }): Promise<Buffer> {
  return Buffer.isBuffer(body) ? body : Buffer.concat(await Array.fromAsync(body, (piece) => Buffer.from(piece)));
}

for (const scheme of ["https", "http"] as const) {
  test(`requests of every size go by CONNECT through the proxy to ${scheme}, whose name the proxy resolves`, async (t) => {
    const server =
      scheme === "https" ? createServer({ cert: certificate, key: certificateKey }, echo) : createHttpServer(echo);
    const port = await listening(t, server);
    const proxy = await proxyTo(t, port);
    const origin = `${scheme}://s3.example.com:${port}`;
    const transport = createTransport({ side: "SOURCE", origin, connections: 2, ca: certificate, proxy: proxy.url });
    t.after(() => transport.close());
    const headers = { host: "s3.example.com" };
    const get: HttpRequest = { method: "GET", path: "/k", headers, wholeUpToBytes: 0, expectedBytes: large.length };
    assert.ok((await received(await transport.send(get, signal))).equals(large));
    const chunks = (async function* () {
      for (let at = 0; at < 15; at += 1) yield large.subarray(0, 100_000);
    })();
    const put: HttpRequest = { ...get, method: "PUT", body: { chunks, sizeBytes: large.length }, wholeUpToBytes: 100 };
    assert.equal(String(await received(await transport.send(put, signal))), String(large.length));
    const small: HttpRequest = { ...put, body: { bytes: large.subarray(0, 5), sizeBytes: 5 } };
    assert.equal(String(await received(await transport.send(small, signal))), "5");
    assert.ok(proxy.asked.length > 0);
    for (const { authority, authorization } of proxy.asked) {
      assert.equal(authority, `s3.example.com:${port}`);
      assert.equal(authorization, `Basic ${Buffer.from("me:p@ss").toString("base64")}`);
    }
  });
}

test("a proxy that refuses is named, with what it said and without its password", async (t) => {
  const proxy = await proxyTo(t, 1, "407 Proxy Authentication Required");
  const origin = "https://s3.example.com";
  const transport = createTransport({ side: "TARGET", origin, connections: 1, proxy: proxy.url });
  t.after(() => transport.close());
  const request: HttpRequest = { method: "HEAD", path: "/k", headers: { host: "s3.example.com" }, wholeUpToBytes: 0 };
  await assert.rejects(transport.send(request, signal), (error) => {
    assert.ok(error instanceof Fault);
    assert.deepEqual([error.code, error.kind], ["TARGET_UNREACHABLE", "transient"]);
    assert.match(
      error.said ?? "",
      /the proxy 127\.0\.0\.1:\d+ answered "HTTP\/1\.1 407 Proxy Auth.* s3\.example\.com:443/,
    );
    assert.doesNotMatch(error.said ?? "", /p@ss|p%40ss/);
    return true;
  });
});
