import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { createWholeConnection } from "./whole-connection.ts";

const request = {
  method: "PUT",
  path: "/key",
  headers: { host: "store" },
  body: Buffer.alloc(1000, "a"),
  wholeUpToBytes: 1024,
  headMs: 10_000,
} as const;

test("a socket that keeps what it writes, as one of TLS does, is given buffers no larger than the requests", async () => {
  const kept: Buffer[] = [];
  const socket = Object.assign(new Socket(), {
    _write(chunk: Buffer, _encoding: string, done: () => void) {
      kept.push(chunk);
      setImmediate(done);
    },
  });
  const rules = { idleMs: 10_000, keepMs: 10_000 };
  for (let sent = 1; sent <= 4; sent += 1) {
    const connection = createWholeConnection(socket, rules, { onOutcome() {}, onClose() {} });
    for (let at = 0; at < 5; at += 1) {
      connection.carry({ ...request, path: `/${sent}.${at}` });
      await new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
      connection.push(Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    }
  }
  const texts = kept.map((chunk) => chunk.toString("latin1").split(" ")[1]);
  assert.deepEqual(
    texts,
    [1, 2, 3, 4].flatMap((sent) => [0, 1, 2, 3, 4].map((at) => `/${sent}.${at}`)),
    "nothing that is still to be written is overwritten",
  );
  const own = new Set(kept.map(({ buffer }) => buffer));
  const roomBytes = [...own].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.ok(roomBytes <= 5 * 70_000, `${roomBytes} bytes for 20 requests of 1 KB`);
  socket.destroy();
});
