import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemorySource } from "../adapters/memory/object-source.ts";
import { createMemoryTarget } from "../adapters/memory/object-target.ts";
import type { RateLimiter } from "../ports/fleet-budget.ts";
import { withSourceRateLimit, withTargetRateLimit } from "./rate-limit.ts";

const { signal } = new AbortController();

function createRecorder(): { limiter: RateLimiter; requests: () => number; bytes: () => number } {
  let requests = 0;
  let bytes = 0;
  const charge: RateLimiter["charge"] = (cost) => {
    requests += cost.requests;
    bytes += cost.bytes;
  };
  const spend: RateLimiter["spend"] = async (cost) => charge(cost);
  return { limiter: { spend, charge }, requests: () => requests, bytes: () => bytes };
}

test("every request to either store is spent once, and every byte once, where it is read", async () => {
  const { limiter, requests, bytes } = createRecorder();
  const memory = createMemorySource();
  memory.lay({ key: "a", bytes: Buffer.alloc(500) });
  const source = withSourceRateLimit(memory, [limiter]);
  const target = withTargetRateLimit(createMemoryTarget(), [limiter]);
  const facts = await source.head("a", { signal });
  await source.listPage({ after: undefined, prefix: "", limit: 10 }, { signal });
  const body = await source.read({ key: "a", etag: facts?.etag ?? "", range: undefined }, { signal });
  for await (const chunk of body.chunks) assert.ok(chunk.length > 0);
  const attributes = { headers: {}, userMetadata: {}, storageClass: "Standard", serverSideEncryption: undefined };
  await target.put({ key: "a", payload: { bytes: Buffer.alloc(500) }, attributes, ifThere: "replace" }, { signal });
  await target.head("a", { signal });
  assert.equal(requests(), 5);
  assert.equal(bytes(), 500);
});

test("what waits for the budget is stopped by the signal, and nothing is sent", async () => {
  const waiting: RateLimiter = {
    spend: (_cost, options) =>
      new Promise((_resolve, reject) => options.signal.addEventListener("abort", () => reject(options.signal.reason))),
    charge: () => {},
  };
  const memory = createMemoryTarget();
  const target = withTargetRateLimit(memory, [waiting]);
  const stop = new AbortController();
  const attributes = { headers: {}, userMetadata: {}, storageClass: "Standard", serverSideEncryption: undefined };
  const request = { key: "a", payload: { bytes: Buffer.alloc(5) }, attributes, ifThere: "replace" } as const;
  const putting = target.put(request, { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(putting, { message: "enough" });
  assert.equal(await memory.head("a", { signal }), undefined);
});
