import assert from "node:assert/strict";
import { test } from "node:test";

import { createMemorySource } from "../adapters/memory/object-source.ts";
import { createMemoryTarget } from "../adapters/memory/object-target.ts";
import { Fault } from "../domain/fault.ts";
import type { TargetAttributes } from "../domain/object.ts";
import type { Clock } from "../ports/clock.ts";
import { faultWith, objectSourceContract } from "../testing/object-source-contract.ts";
import { objectTargetContract } from "../testing/object-target-contract.ts";
import { type RetryPolicy, withSourceRetry, withTargetRetry } from "./retry.ts";

const { signal } = new AbortController();
const policy: RetryPolicy = { attempts: 4, firstDelayMs: 100, longestDelayMs: 300, longestThrottleMs: 5_000 };

/** A clock whose sleeps are over at once and remembered. */
function createHastyClock(): { clock: Clock; slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    clock: {
      now: () => 0,
      monotonicMs: () => 0,
      sleep: async (ms, options) => {
        options.signal.throwIfAborted();
        slept.push(ms);
      },
    },
  };
}

const transient = () => new Fault("SOURCE_FAILED", "transient");
const throttled = (retryAfterMs?: number) =>
  new Fault("SOURCE_THROTTLED", "throttled", retryAfterMs === undefined ? {} : { retryAfterMs });

/** A source whose head throws these one after the other, then answers. */
function stumbling(faults: readonly Error[]) {
  const left = [...faults];
  const { clock, slept } = createHastyClock();
  const source = {
    ...createMemorySource(),
    head: async () => {
      const fault = left.shift();
      if (fault !== undefined) throw fault;
      return undefined;
    },
  };
  return { slept, left, source: withSourceRetry(source, policy, { clock, random: () => 1 }) };
}

objectSourceContract("a source that is retried", async () => {
  const source = createMemorySource();
  const { clock } = createHastyClock();
  return {
    source: withSourceRetry(source, policy, { clock, random: Math.random }),
    lay: async (seed) => source.lay(seed),
    take: async (key) => source.take(key),
    close: async () => {},
  };
});

objectTargetContract("a target that is retried", async () => {
  const target = createMemoryTarget();
  const { clock } = createHastyClock();
  return {
    target: withTargetRetry(target, policy, { clock, random: Math.random }),
    look: async (key) => {
      const held = target.held(key);
      return held === undefined ? undefined : { ...held.attributes, bytes: new Uint8Array(held.bytes) };
    },
    close: async () => {},
  };
});

test("transient faults are tried again, each wait twice the one before up to the longest", async () => {
  const { source, slept } = stumbling([transient(), transient(), transient()]);
  assert.equal(await source.head("x", { signal }), undefined);
  assert.deepEqual(slept, [100, 200, 300]);
});

test("after the last attempt the fault is thrown", async () => {
  const { source, left } = stumbling(Array.from({ length: 9 }, transient));
  await assert.rejects(source.head("x", { signal }), faultWith("SOURCE_FAILED", "transient"));
  assert.equal(left.length, 5);
});

test("waits are spread between half of the delay and the whole", async () => {
  const { clock, slept } = createHastyClock();
  const left = [transient()];
  const head = async () => {
    const fault = left.shift();
    if (fault !== undefined) throw fault;
    return undefined;
  };
  const source = withSourceRetry({ ...createMemorySource(), head }, policy, { clock, random: () => 0 });
  await source.head("x", { signal });
  assert.deepEqual(slept, [50]);
});

test("throttling burns no attempt and waits as long as the store asks", async () => {
  const { source, slept } = stumbling([
    throttled(1000),
    throttled(),
    throttled(),
    throttled(),
    throttled(),
    throttled(40),
  ]);
  await source.head("x", { signal });
  assert.deepEqual(slept, [1000, 200, 300, 300, 300, 300]);
});

test("a store that throttles without end is given up", async () => {
  const { source, slept } = stumbling(Array.from({ length: 100 }, () => throttled(1000)));
  await assert.rejects(source.head("x", { signal }), faultWith("SOURCE_THROTTLED", "throttled"));
  assert.equal(slept.length, 5);
});

test("permanent faults, path faults and our own defects are not tried again", async () => {
  for (const fault of [
    new Fault("SOURCE_ACCESS_DENIED", "permanent"),
    new Fault("PATH_REFUSED", "path"),
    new TypeError("our defect"),
  ]) {
    const { source, slept } = stumbling([fault]);
    await assert.rejects(source.head("x", { signal }), (thrown) => thrown === fault);
    assert.deepEqual(slept, []);
  }
});

test("a payload in memory is sent again; one in chunks is not, and neither is a completion", async () => {
  const { clock } = createHastyClock();
  let calls = 0;
  const fail = async () => {
    calls += 1;
    throw new Fault("TARGET_FAILED", "transient");
  };
  const memory = createMemoryTarget();
  const target = withTargetRetry(
    { ...memory, put: fail, uploads: { ...memory.uploads, putPart: fail, complete: fail } },
    policy,
    { clock, random: () => 0 },
  );
  const attributes: TargetAttributes = {
    headers: {},
    userMetadata: {},
    storageClass: "Standard",
    serverSideEncryption: undefined,
  };
  const chunks = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true as const, value: undefined }) }) };
  const streamed = { chunks, sizeBytes: 0 };
  const whole = { bytes: new Uint8Array() };
  const upload = { key: "k", uploadId: "u" };
  const callsOf = async (call: Promise<unknown>) => {
    await assert.rejects(call, faultWith("TARGET_FAILED", "transient"));
    const made = calls;
    calls = 0;
    return made;
  };
  const put = (payload: typeof streamed | typeof whole) =>
    target.put({ key: "k", payload, attributes, ifThere: "replace" }, { signal });
  assert.equal(await callsOf(put(whole)), 4);
  assert.equal(await callsOf(put(streamed)), 1);
  assert.equal(await callsOf(target.uploads.putPart(upload, 1, whole, { signal })), 4);
  assert.equal(await callsOf(target.uploads.putPart(upload, 1, streamed, { signal })), 1);
  assert.equal(await callsOf(target.uploads.complete(upload, [], { signal })), 1);
});
