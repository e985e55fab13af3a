import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { NoticeDocument } from "@causeway/shared/domain/notice.ts";
import { ended, startMaster, startWorld, until } from "./master-world.ts";

const secret = Buffer.alloc(32, 4);

test("a job's webhook is told although the master that began to tell it was killed, and its signature is right", async (t) => {
  const world = await startWorld(t, {
    kind: "synthetic",
    objects: 42,
    keys: { scheme: "sequential", prefix: "source_folder/" },
  });
  if (world === undefined) return;
  const received: { readonly id: string; readonly document: NoticeDocument; readonly isRight: boolean }[] = [];
  let status = 503;
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => (body += String(bytes)));
    request.on("end", () => {
      const id = String(request.headers["webhook-id"]);
      const content = `${id}.${String(request.headers["webhook-timestamp"])}.${body}`;
      const expected = `v1,${createHmac("sha256", secret).update(content).digest("base64")}`;
      const isRight = request.headers["webhook-signature"] === expected;
      received.push({ id, document: JSON.parse(body), isRight });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  t.after(() => receiver.close());
  // A server that listens on TCP has an address of this kind.
  const { port } = receiver.address() as AddressInfo;

  const env = { ...world.env, WEBHOOK_SECRET: `whsec_${secret.toString("base64")}` };
  const first = startMaster(t, env);
  world.startWorker();
  const job = await world.submit({ notify: { url: `http://127.0.0.1:${port}/hook`, on: ["ended"] } });
  assert.equal((await ended(world, job.id)).state, "completed");
  await until("the first attempt was refused", async () => received.length > 0);
  await first.kill("SIGKILL");
  status = 200;
  startMaster(t, env);
  const accepted = received.length + 1;
  await until("another master has told it", async () => received.length >= accepted);
  assert.ok(received.every(({ isRight }) => isRight));
  assert.equal(new Set(received.map(({ id }) => id)).size, 1, "one notice, under one id");
  const last = received.at(-1)?.document;
  assert.deepEqual([last?.event, last?.report.objects.copied], ["job.ended", 42]);
  await until("nothing is left to tell", async () => (await world.ledger.notices.due()).length === 0);
});
