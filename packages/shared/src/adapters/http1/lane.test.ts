import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Chunks } from "../../ports/object-source.ts";
import { fieldOf } from "./header-fields.ts";
import { createLane, type Lane, type LaneAnswer } from "./lane.ts";

const opened: { close(): void }[] = [];
after(() => {
  for (const thing of opened) thing.close();
});
const signal = AbortSignal.timeout(60_000);

/** A server that hands each connection, numbered from 1, to `serve`. */
async function laneTo(
  serve: (socket: Socket, connection: number) => void,
  { idleMs = 20_000 } = {},
): Promise<{ lane: Lane; connections: () => number }> {
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {});
    serve(socket, connections);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const { port } = address;
  const origin = () => ({ address: "127.0.0.1", port, tls: undefined });
  const lane = createLane({ origin, bufferBytes: 64 * 1024, connectMs: 5_000, idleMs, keepMs: 10_000 });
  opened.push(lane, { close: () => server.close() });
  return { lane, connections: () => connections };
}

/** Answers every request whose head ends in this chunk; bodies are not awaited. */
function answering(answer: string | Buffer): (socket: Socket) => void {
  return (socket) => {
    socket.on("data", (data: Buffer) => {
      if (data.includes("\r\n\r\n")) socket.write(answer);
    });
  };
}

const get = { method: "GET", path: "/b/k", headers: { host: "h" }, body: undefined } as const;

async function text(answer: LaneAnswer): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const chunk of answer.chunks) pieces.push(Buffer.from(chunk));
  return Buffer.concat(pieces).toString();
}

async function* chunksOf(...pieces: string[]): Chunks {
  for (const piece of pieces) yield Buffer.from(piece);
}

test("two requests one after the other share a connection", async () => {
  const { lane, connections } = await laneTo(answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"));
  for (let round = 0; round < 3; round += 1) {
    const answer = await lane.send(get, { signal });
    assert.equal(answer.status, 200);
    assert.equal(fieldOf(answer.headers, "x-a"), "b");
    assert.equal(await text(answer), "hello");
  }
  assert.equal(connections(), 1);
});

test("a body of many buffers arrives whole and in order, also when its head comes in pieces", async () => {
  const body = Buffer.alloc(3_000_000, Buffer.from("0123456789abcdef!"));
  const { lane } = await laneTo((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-");
      setTimeout(() => socket.write(`Length: ${body.length}\r\n\r`), 5);
      setTimeout(() => socket.write("\n"), 10);
      setTimeout(() => socket.write(body), 15);
    });
  });
  const answer = await lane.send(get, { signal });
  assert.equal(answer.sizeBytes, body.length);
  assert.ok(Buffer.from(await text(answer)).equals(body));
});

test("a body that ends early yields fewer bytes than announced, and its connection is not used again", async () => {
  const { lane, connections } = await laneTo((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"));
  });
  assert.equal(await text(await lane.send(get, { signal })), "hello");
  assert.equal(await text(await lane.send(get, { signal })), "hello");
  assert.equal(connections(), 2);
});

test("a body that is longer than announced shows its surplus", async () => {
  const { lane } = await laneTo(answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, there"));
  assert.equal(await text(await lane.send(get, { signal })), "hello, there");
});

test("a request body is sent whole, and the answer read after it", async () => {
  let received = "";
  const { lane } = await laneTo((socket) => {
    socket.on("data", (data: Buffer) => {
      received += data.toString();
      if (received.endsWith("worldend")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: x\r\n\r\n");
    });
  });
  const headers = { host: "h", "content-length": "13" };
  const request = { method: "PUT", path: "/b/k", headers, body: chunksOf("hello", "world", "end") } as const;
  const answer = await lane.send(request, { signal });
  assert.equal(fieldOf(answer.headers, "etag"), "x");
  assert.equal(received, "PUT /b/k HTTP/1.1\r\nhost: h\r\ncontent-length: 13\r\n\r\nhelloworldend");
});

test("a refusal before the whole body is sent is read, and the rest is not sent", async () => {
  const { lane, connections } = await laneTo(answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"));
  let asked = 0;
  async function* endless(): Chunks {
    for (; asked < 10_000; asked += 1) {
      yield Buffer.alloc(1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  const headers = { host: "h", "content-length": "10000000" };
  const answer = await lane.send({ method: "PUT", path: "/", headers, body: endless() }, { signal });
  assert.equal(answer.status, 403);
  assert.equal(await text(answer), "no");
  assert.ok(asked < 10_000);
  assert.equal(await text(await lane.send(get, { signal })), "no");
  assert.equal(connections(), 2);
});

function chunked(status: string) {
  return answering(`HTTP/1.1 ${status}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`);
}

test("a refusal of a server that breaks the connection behind it is read, although the body cannot be written", async () => {
  const { lane } = await laneTo((socket) => {
    socket.once("data", () => {
      socket.pause();
      socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
      setTimeout(() => socket.resetAndDestroy(), 100);
    });
  });
  const large = Buffer.alloc(32 * 1024 ** 2);
  const body = (async function* () {
    yield large;
  })();
  const headers = { host: "h", "content-length": String(large.length) };
  const answer = await lane.send({ method: "PUT", path: "/b/k", headers, body }, { signal });
  assert.equal(answer.status, 403);
  assert.equal(await text(answer), "no");
});

test("a chunked refusal is understood, a chunked success is refused", async () => {
  const refusing = await laneTo(chunked("404 Not Found"));
  assert.equal(await text(await refusing.lane.send(get, { signal })), "abcde");
  const succeeding = await laneTo(chunked("200 OK"));
  await assert.rejects(succeeding.lane.send(get, { signal }), { code: "LANE_PROTOCOL" });
});

test("what is not HTTP is refused", async () => {
  const { lane } = await laneTo(answering("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
  await assert.rejects(lane.send(get, { signal }), { code: "LANE_PROTOCOL" });
});

test("a connection that was closed while it rested is not used", async () => {
  const { lane, connections } = await laneTo((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
      setTimeout(() => socket.end(), 20);
    });
  });
  assert.equal(await text(await lane.send(get, { signal })), "hello");
  await new Promise((resolve) => setTimeout(resolve, 200));
  const headers = { host: "h", "content-length": "2" };
  const answer = await lane.send({ method: "PUT", path: "/", headers, body: chunksOf("ab") }, { signal });
  assert.equal(await text(answer), "hello");
  assert.equal(connections(), 2);
});

test("an abort in the middle of a body rejects with the signal's reason", async () => {
  const { lane } = await laneTo(answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello"));
  const stop = new AbortController();
  const answer = await lane.send(get, { signal: stop.signal });
  const reading = text(answer);
  setTimeout(() => stop.abort(new Error("enough")), 20);
  await assert.rejects(reading, { message: "enough" });
});

test("an answer that never comes is left after the idle time", async () => {
  const { lane } = await laneTo(() => {}, { idleMs: 100 });
  await assert.rejects(lane.send(get, { signal }), { code: "ETIMEDOUT" });
});

test("a body that is left early closes its connection", async () => {
  const closed = Promise.withResolvers<void>();
  const { lane } = await laneTo((socket) => {
    socket.on("close", () => closed.resolve());
    answering(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(200_000)}`)(socket);
  });
  const answer = await lane.send(get, { signal });
  for await (const chunk of answer.chunks) {
    assert.ok(chunk.length > 0);
    break;
  }
  await closed.promise;
});

test("a body that is left before its first chunk closes its connection", async () => {
  const closed = Promise.withResolvers<void>();
  const { lane } = await laneTo((socket) => {
    socket.on("close", () => closed.resolve());
    answering("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhello")(socket);
  });
  const answer = await lane.send(get, { signal });
  await answer.chunks[Symbol.asyncIterator]().return?.();
  await Promise.race([closed.promise, wait(10_000).then(() => assert.fail("it is still open"))]);
});

test("a closed port is the socket's own error", async () => {
  const nowhere = { address: "127.0.0.1", port: 1, tls: undefined };
  const lane = createLane({ origin: () => nowhere, bufferBytes: 1024, connectMs: 1000, idleMs: 1000, keepMs: 1000 });
  await assert.rejects(lane.send(get, { signal }), { code: "ECONNREFUSED" });
});
