import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { createManualClock } from "../../testing/manual-clock.ts";
import { createWebhook, type WebhookOptions } from "./webhook.ts";

const { signal } = new AbortController();
const secret = Buffer.alloc(32, 5);
const clock = createManualClock(Date.UTC(2026, 0, 1));
const options: WebhookOptions = {
  secrets: [secret],
  allowsUrl: () => true,
  addressesOf: () => undefined,
  ca: undefined,
  proxyFor: () => undefined,
  userAgent: "causeway/test",
  clock,
};

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function receiver(context: TestContext, status: number, headers: Readonly<Record<string, string>> = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => (body += String(bytes)));
    request.on("end", () => {
      received.push({ path: request.url, headers: request.headers, body });
      response.writeHead(status, headers).end("x".repeat(100_000));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/hook?tenant=7`, received };
}

test("a message is signed by the Standard Webhooks specification, once for each secret", async (context) => {
  const { url, received } = await receiver(context, 204);
  const older = Buffer.alloc(24, 9);
  const webhook = createWebhook({ ...options, secrets: [secret, older] });
  assert.deepEqual(await webhook.send({ url, id: "job.1", body: '{"a":"é"}' }, { signal }), { answer: "accepted" });
  const [message] = received;
  assert.ok(message);
  assert.deepEqual([message.path, message.body], ["/hook?tenant=7", '{"a":"é"}']);
  assert.equal(message.headers["webhook-id"], "job.1");
  assert.equal(message.headers["webhook-timestamp"], String(Date.UTC(2026, 0, 1) / 1000));
  const expected = [secret, older].map((key) => {
    const content = `job.1.${Date.UTC(2026, 0, 1) / 1000}.${message.body}`;
    return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
  });
  assert.equal(message.headers["webhook-signature"], expected.join(" "));
});

test("what is not accepted has failed, with a sentence; a redirect is not followed", async (context) => {
  const busy = await receiver(context, 503);
  const elsewhere = await receiver(context, 200);
  const redirecting = await receiver(context, 307, { location: elsewhere.url });
  const webhook = createWebhook(options);
  const send = (url: string) => webhook.send({ url, id: "1", body: "{}" }, { signal });
  assert.deepEqual(await send(busy.url), { answer: "failed", why: "it answers 503" });
  const redirected = await send(redirecting.url);
  assert.ok(redirected.answer === "failed" && /redirects are not followed/.test(redirected.why));
  assert.equal(elsewhere.received.length, 0);
  assert.equal((await send("http://localhost:1/")).answer, "failed");
});

test("an address that is not allowed gets not a byte: neither by its URL nor by what DNS makes of it", async (context) => {
  const { url, received } = await receiver(context, 200);
  const message = { url, id: "1", body: "{}" };
  const forbidden = await createWebhook({ ...options, allowsUrl: () => false }).send(message, { signal });
  assert.ok(forbidden.answer === "failed" && /not allowed any more/.test(forbidden.why));
  const rebound = createWebhook({ ...options, addressesOf: () => (address) => !/^(127\.|::1)/.test(address) });
  const answer = await rebound.send(message, { signal });
  assert.ok(answer.answer === "failed" && /PATH_REFUSED: localhost is at/.test(answer.why), JSON.stringify(answer));
  assert.equal(received.length, 0);
});
