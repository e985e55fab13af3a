import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { after, test } from "node:test";

import { openSocket } from "./socket.ts";
import { fieldOf } from "./header-fields.ts";
import type { WholeAnswer } from "./answer-reader.ts";
import { createWholeLane, type WholeLane } from "./whole-lane.ts";

const opened: { close(): void }[] = [];
after(() => {
  for (const thing of opened) thing.close();
});
const signal = AbortSignal.timeout(60_000);
const get = {
  method: "GET",
  path: "/b/k",
  headers: { host: "h" },
  body: undefined,
  wholeUpToBytes: 100_000,
  headMs: 20_000,
};

interface Rules {
  readonly connections?: number;
  readonly idleMs?: number;
  readonly keepMs?: number;
}

/** A server that hands each connection, numbered from 1, to `serve`. */
async function laneTo(
  serve: (socket: Socket, connection: number) => void,
  { connections = 4, idleMs = 20_000, keepMs = 20_000 }: Rules = {},
): Promise<{ readonly lane: WholeLane; readonly connections: () => number }> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket, count);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const origin = { address: "127.0.0.1", port: address.port, tls: undefined };
  const lane = createWholeLane({
    open: (onread) => openSocket(origin, { onread, connectMs: 5_000 }),
    connections,
    idleMs,
    keepMs,
  });
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  opened.push(lane, { close });
  return { lane, connections: () => count };
}

/** Answers every request whose head has come. */
function answering(...pieces: readonly string[]): (socket: Socket) => void {
  return (socket) => {
    socket.on("data", (data: Buffer) => {
      if (!data.includes("\r\n\r\n")) return;
      pieces.forEach((piece, at) => setTimeout(() => socket.write(piece, "latin1"), at * 5));
    });
  };
}

/** Answers a connection's first request and hangs up at the second. */
function answeringOnce(socket: Socket): void {
  socket.once("data", () => {
    socket.write(ok);
    socket.once("data", () => socket.destroy());
  });
}

async function whole(answer: Promise<WholeAnswer | "too-large">): Promise<WholeAnswer> {
  const came = await answer;
  assert.ok(came !== "too-large");
  return came;
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello";

test("requests one after the other share a connection", async () => {
  const { lane, connections } = await laneTo(answering(ok));
  for (let round = 0; round < 3; round += 1) {
    const { status, headers, body } = await whole(lane.send(get, signal));
    assert.deepEqual([status, fieldOf(headers, "x-a"), body.toString()], [200, "b", "hello"]);
  }
  assert.equal(connections(), 1);
});

test("more requests than connections wait for their turn, and each gets its own answer", async () => {
  const { lane, connections } = await laneTo(
    (socket) =>
      socket.on("data", (data: Buffer) => {
        const path = /^GET (\S+) /.exec(data.toString())?.[1] ?? "";
        setTimeout(() => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`), 2);
      }),
    { connections: 3 },
  );
  const paths = Array.from({ length: 50 }, (_, at) => `/key-${at}`);
  const answers = await Promise.all(paths.map((path) => whole(lane.send({ ...get, path }, signal))));
  assert.deepEqual(
    answers.map(({ body }) => body.toString()),
    paths,
  );
  assert.equal(connections(), 3);
});

test("head and body may come in any pieces, after interim answers", async () => {
  const text = `HTTP/1.1 100 Continue\r\n\r\n${ok}`;
  for (const cut of [3, 8, 24, 26, 30, 60, text.length - 2]) {
    const { lane } = await laneTo(answering(text.slice(0, cut), text.slice(cut)));
    assert.equal((await whole(lane.send(get, signal))).body.toString(), "hello", `cut at ${cut}`);
  }
});

test("a chunked body is joined, and its connection is used again", async () => {
  const chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
  const { lane, connections } = await laneTo(answering(chunked.slice(0, 60), chunked.slice(60)));
  for (let round = 0; round < 2; round += 1) {
    assert.equal((await whole(lane.send(get, signal))).body.toString(), "abcde");
  }
  assert.equal(connections(), 1);
});

test("a HEAD has no body whatever its Content-Length, and keeps its connection", async () => {
  const { lane, connections } = await laneTo(answering("HTTP/1.1 200 OK\r\nContent-Length: 7000000\r\n\r\n"));
  for (let round = 0; round < 2; round += 1) {
    const { headers, body } = await whole(lane.send({ ...get, method: "HEAD" }, signal));
    assert.deepEqual([fieldOf(headers, "content-length"), body.length], ["7000000", 0]);
  }
  assert.equal(connections(), 1);
});

test("a body goes out behind its head, small or large", async () => {
  for (const sizeBytes of [0, 10, 70_000, 3_000_000]) {
    const body = Buffer.alloc(sizeBytes, "0123456789abcdef!");
    const seen: Buffer[] = [];
    const { lane } = await laneTo((socket) => {
      socket.on("data", (data: Buffer) => {
        seen.push(data);
        const all = Buffer.concat(seen);
        if (all.length === all.indexOf("\r\n\r\n") + 4 + sizeBytes) socket.write(ok);
      });
    });
    assert.equal((await whole(lane.send({ ...get, method: "PUT", body }, signal))).status, 200);
    const all = Buffer.concat(seen);
    assert.ok(all.subarray(all.indexOf("\r\n\r\n") + 4).equals(body));
    assert.match(all.toString("latin1", 0, 200), new RegExp(`content-length: ${sizeBytes}\r\n`));
  }
});

test("an answer that is larger than wanted is not read; one that is not HTTP is an error", async () => {
  const large = await laneTo(answering("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\nabc"));
  assert.equal(await large.lane.send(get, signal), "too-large");
  const other = await laneTo(answering("SSH-2.0-OpenSSH_9.2\r\n"));
  await assert.rejects(other.lane.send(get, signal), { code: "LANE_PROTOCOL" });
});

test("a body that is cut shows how much of it came", async () => {
  const { lane } = await laneTo((socket) => {
    socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"));
  });
  const { body, announcedBytes } = await whole(lane.send(get, signal));
  assert.deepEqual([body.toString(), announcedBytes], ["hello", 10]);
});

test("a connection that says more than it was asked is not used again", async () => {
  const { lane, connections } = await laneTo(answering(`${ok}!`));
  for (let round = 0; round < 2; round += 1) await whole(lane.send(get, signal));
  assert.equal(connections(), 2);
});

test("a kept connection that the server has closed costs a GET nothing and a PUT an error", async () => {
  const { lane, connections } = await laneTo(answeringOnce);
  for (let round = 0; round < 3; round += 1) await whole(lane.send(get, signal));
  assert.equal(connections(), 3);
  const put = { ...get, method: "PUT", body: Buffer.from("x") };
  await assert.rejects(lane.send(put, signal), { code: "ECONNRESET" });
});

test("an abort ends what is under way and what waits, and nothing else", async () => {
  const { lane } = await laneTo(answering(), { connections: 1 });
  const stop = new AbortController();
  const reason = new Error("enough");
  const sent = [lane.send(get, stop.signal), lane.send(get, stop.signal)];
  setTimeout(() => stop.abort(reason), 20);
  for (const one of sent) await assert.rejects(one, reason);
  await assert.rejects(lane.send(get, stop.signal), reason);
});

test("an answer that does not come, or stops, is left after its time", async () => {
  const silent = await laneTo(answering());
  await assert.rejects(silent.lane.send({ ...get, headMs: 50 }, signal), { code: "ETIMEDOUT" });
  const stalling = await laneTo(answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"), { idleMs: 50 });
  await assert.rejects(stalling.lane.send(get, signal), { code: "ETIMEDOUT" });
});

test("a connection that has rested too long is closed", async () => {
  const { lane, connections } = await laneTo(answering(ok), { keepMs: 30 });
  await whole(lane.send(get, signal));
  await new Promise((resolve) => setTimeout(resolve, 400));
  await whole(lane.send(get, signal));
  assert.equal(connections(), 2);
});
