import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryFleetBudget } from "@causeway/shared/adapters/memory/fleet-budget.ts";
import { limitsSchema, type Limits } from "@causeway/shared/domain/limits.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { FleetBudget } from "@causeway/shared/ports/fleet-budget.ts";
import { createLimiter } from "./limiter.ts";

const signal = new AbortController().signal;

/** A clock whose sleepers pass the time themselves: runs through minutes in no time. */
function leapingClock(): Clock {
  let nowMs = Date.parse("2026-11-23T10:00:00Z");
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      await Promise.resolve();
      nowMs += ms;
    },
  };
}

const unreachable: FleetBudget = { lease: () => Promise.reject(new Error("connection lost")) };

interface Trial {
  readonly limits: Limits | (() => Limits);
  readonly budget?: FleetBudget;
  readonly clock?: Clock;
  readonly safeShare?: number;
}

function limiterOf({ limits, clock = leapingClock(), budget = createMemoryFleetBudget(clock), safeShare = 1 }: Trial) {
  const current = typeof limits === "function" ? limits : () => limits;
  return {
    clock,
    limiter: createLimiter({ name: "j", budget, limits: current, safeShare: () => safeShare, clock }),
  };
}

test("without limits nothing waits", async () => {
  const { limiter, clock } = limiterOf({ limits: limitsSchema.parse({}) });
  const before = clock.now();
  for (let i = 0; i < 1000; i += 1) await limiter.spend({ bytes: 1e9, requests: 1 }, { signal });
  assert.equal(clock.now(), before);
});

test("bytes are spent at the stated rate over any longer time", async () => {
  const { limiter, clock } = limiterOf({ limits: limitsSchema.parse({ bytesPerSecond: 1_000_000 }) });
  const before = clock.now();
  for (let i = 0; i < 600; i += 1) await limiter.spend({ bytes: 100_000, requests: 1 }, { signal });
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 57 && seconds < 63, `60 MB took ${seconds} s`);
});

test("requests are spent at the stated rate", async () => {
  const { limiter, clock } = limiterOf({ limits: limitsSchema.parse({ requestsPerSecond: 50 }) });
  const before = clock.now();
  await Promise.all(Array.from({ length: 500 }, async () => limiter.spend({ bytes: 1, requests: 1 }, { signal })));
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 8.5 && seconds < 11, `500 requests took ${seconds} s`);
});

test("an object larger than a second's worth passes, and what follows waits for its price", async () => {
  const { limiter, clock } = limiterOf({ limits: limitsSchema.parse({ bytesPerSecond: 1000 }) });
  const before = clock.now();
  await limiter.spend({ bytes: 10_000, requests: 1 }, { signal });
  assert.equal(clock.now(), before);
  await limiter.spend({ bytes: 1, requests: 1 }, { signal });
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 9 && seconds < 11, `${seconds} s`);
});

test("two processes share one budget", async () => {
  const clock = leapingClock();
  const budget = createMemoryFleetBudget(clock);
  const limits = limitsSchema.parse({ bytesPerSecond: 1_000_000 });
  const one = limiterOf({ limits, clock, budget }).limiter;
  const other = limiterOf({ limits, clock, budget }).limiter;
  const before = clock.now();
  for (let i = 0; i < 150; i += 1) {
    await one.spend({ bytes: 100_000, requests: 1 }, { signal });
    await other.spend({ bytes: 100_000, requests: 1 }, { signal });
  }
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 28 && seconds < 33, `30 MB took ${seconds} s`);
});

test("with the budget out of reach a process goes on with its safe share", async () => {
  const limits = limitsSchema.parse({ bytesPerSecond: 1_000_000 });
  const { limiter, clock } = limiterOf({ limits, budget: unreachable, safeShare: 1 / 4 });
  const before = clock.now();
  for (let i = 0; i < 100; i += 1) await limiter.spend({ bytes: 100_000, requests: 1 }, { signal });
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 37 && seconds < 43, `10 MB took ${seconds} s`);
});

test("a lifted limit frees what waits", async () => {
  let limits = limitsSchema.parse({ bytesPerSecond: 10 });
  const clock = leapingClock();
  const { limiter } = limiterOf({ limits: () => limits, clock });
  await limiter.spend({ bytes: 1_000_000, requests: 1 }, { signal });
  const before = clock.now();
  const waiting = limiter.spend({ bytes: 1_000_000, requests: 1 }, { signal });
  limits = limitsSchema.parse({});
  await waiting;
  assert.ok(clock.now() - before < 2000);
});

test("what waits can be stopped", async () => {
  const { limiter } = limiterOf({ limits: limitsSchema.parse({ bytesPerSecond: 1 }) });
  await limiter.spend({ bytes: 100, requests: 1 }, { signal });
  const stop = new AbortController();
  const waiting = limiter.spend({ bytes: 100, requests: 1 }, { signal: stop.signal });
  stop.abort(new Error("enough"));
  assert.ok(waiting);
  await assert.rejects(waiting, { message: "enough" });
});

test("what could not be known before is paid by whoever comes next", async () => {
  const { limiter, clock } = limiterOf({ limits: limitsSchema.parse({ bytesPerSecond: 1000 }) });
  const before = clock.now();
  await limiter.spend({ bytes: 0, requests: 1 }, { signal });
  limiter.charge({ bytes: 5000, requests: 0 });
  await limiter.spend({ bytes: 0, requests: 1 }, { signal });
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 4 && seconds < 6, `${seconds} s`);
});
