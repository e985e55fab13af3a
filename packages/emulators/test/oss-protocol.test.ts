import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { bodyOf } from "../src/core/body.ts";
import type { Answer, Exchange, Protocol } from "../src/core/exchange.ts";
import { createMemoryStore } from "../src/core/memory-store.ts";
import type { Bucket, StoreSet } from "../src/core/store-set.ts";
import { createOssProtocol } from "../src/oss/protocol.ts";
import { aliSigner } from "./oss-emulator.ts";

test("writers that may not overwrite are kept apart however slow the store is", async () => {
  const protocol = createOssProtocol({
    stores: slowStores(),
    credentials: new Map([["id", "secret"]]),
    region: "cn-hangzhou",
    now: Date.now,
  });
  const answers = await Promise.all(["one", "two", "three"].map((body) => answerOf(protocol, putOf(body))));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((one, other) => one - other),
    [200, 409, 409],
  );
});

test("appends at the same position are kept apart too", async () => {
  const protocol = createOssProtocol({
    stores: slowStores(),
    credentials: new Map([["id", "secret"]]),
    region: "cn-hangzhou",
    now: Date.now,
  });
  const answers = await Promise.all(["one", "two", "three"].map((body) => answerOf(protocol, appendOf(body))));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((one, other) => one - other),
    [200, 409, 409],
  );
});

test("temporary credentials are good only with their token", async () => {
  const protocol = createOssProtocol({
    stores: slowStores(),
    credentials: new Map([["id", "secret"]]),
    securityTokens: new Map([["id", "token"]]),
    region: "cn-hangzhou",
    now: Date.now,
  });
  const statuses: number[] = [];
  for (const headers of [{ "x-oss-security-token": "token" }, { "x-oss-security-token": "other" }, {}]) {
    statuses.push((await answerOf(protocol, exchangeOf({ method: "PUT", query: {}, body: "x", headers }))).status);
  }
  assert.deepEqual(statuses, [200, 403, 403]);
});

function answerOf(protocol: Protocol, exchange: Exchange): Promise<Answer> {
  return protocol.read(exchange).answer(exchange);
}

/** One bucket whose store takes its time to say what is there. */
function slowStores(): StoreSet {
  const memory = createMemoryStore();
  const store = {
    ...memory,
    stat: async (key: string) => {
      const found = await memory.stat(key);
      await delay(5);
      return found;
    },
  };
  const bucket: Bucket = { name: "bucket", createdAtMs: 0, config: { kind: "plain" }, store };
  return { get: () => bucket, list: () => [bucket], create: async () => bucket, remove: async () => undefined };
}

function putOf(body: string): Exchange {
  return exchangeOf({ method: "PUT", query: {}, body, headers: { "x-oss-forbid-overwrite": "true" } });
}

function appendOf(body: string): Exchange {
  return exchangeOf({ method: "POST", query: { append: "", position: "0" }, body, headers: {} });
}

interface Request {
  readonly method: string;
  readonly query: Record<string, string>;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

function exchangeOf({ method, query, body, headers }: Request): Exchange {
  const sent: Record<string, string> = {
    ...headers,
    "x-oss-date": new Date().toUTCString(),
    "content-length": String(body.length),
  };
  const text = aliSigner.buildCanonicalString(method, "/bucket/key", { headers: sent, parameters: query });
  sent["authorization"] = aliSigner.authorization("id", "secret", text);
  return {
    method,
    rawPath: "/bucket/key",
    rawQuery: "",
    query: new Map(Object.entries(query)),
    headers: sent,
    body: bodyOf(Buffer.from(body)),
    requestId: "0".repeat(24),
    // All that the protocol asks of it is whether the request arrived whole.
    message: { complete: true } as IncomingMessage,
  };
}
