import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryFleetBudget } from "@causeway/shared/adapters/memory/fleet-budget.ts";
import { limitsSchema, type Limits } from "@causeway/shared/domain/limits.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { FleetBudget } from "@causeway/shared/ports/fleet-budget.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
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
  const told: string[] = [];
  const meter: Meter = {
    count: (name, labels, by) => void told.push([name, ...Object.values(labels), by].join(" ")),
    time: (name, labels, seconds) => void told.push([name, ...Object.values(labels), seconds].join(" ")),
    gauge: () => {},
    timer: () => () => {},
  };
  const current = typeof limits === "function" ? limits : () => limits;
  return {
    clock,
    told,
    limiter: createLimiter({
      name: "j",
      of: "job",
      meter,
      budget,
      limits: current,
      safeShare: () => safeShare,
      clock,
    }),
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
  await limiter.spend({ bytes: 1, requests: 1 }, { signal });
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 4 && seconds < 6, `${seconds} s`);
});

test("a request does not wait for the bytes of a body that is under way", async () => {
  const limits = limitsSchema.parse({ bytesPerSecond: 1000, requestsPerSecond: 100 });
  const { limiter, clock } = limiterOf({ limits });
  const before = clock.now();
  await limiter.spend({ bytes: 1_000_000, requests: 1 }, { signal });
  for (let i = 0; i < 5; i += 1) await limiter.spend({ bytes: 0, requests: 1 }, { signal });
  assert.ok(clock.now() - before < 2000);
});

test("a budget that is spent is asked some times a second, and no more is leased than is used", async () => {
  const clock = leapingClock();
  const memory = createMemoryFleetBudget(clock);
  const leased = { times: 0, bytes: 0, requests: 0 };
  const budget: FleetBudget = {
    lease: async (...asked) => {
      const slice = await memory.lease(...asked);
      leased.times += 1;
      if ("granted" in slice) {
        leased.bytes += slice.granted.bytes;
        leased.requests += slice.granted.requests;
      }
      return slice;
    },
  };
  const limits = limitsSchema.parse({ bytesPerSecond: 1000, requestsPerSecond: 1000 });
  const { limiter } = limiterOf({ limits, clock, budget });
  const before = clock.now();
  for (let i = 0; i < 20; i += 1) await limiter.spend({ bytes: 1000, requests: 1 }, { signal });
  const seconds = (clock.now() - before) / 1000;
  assert.ok(seconds > 17 && seconds < 22, `${seconds} s`);
  assert.ok(leased.times < seconds * 25, `${leased.times} leases in ${seconds} s`);
  assert.ok(leased.requests < 500 && leased.bytes < 22_000, JSON.stringify(leased));
});

test("metrics tell what was granted by whom, and how long who waited", async () => {
  const limits = limitsSchema.parse({ requestsPerSecond: 10 });
  for (const [budget, by] of [
    [undefined, "fleet"],
    [unreachable, "safe-share"],
  ] as const) {
    const { limiter, told } = limiterOf({ limits, ...(budget === undefined ? {} : { budget }) });
    for (let n = 0; n < 30; n += 1) await limiter.spend({ bytes: 5, requests: 1 }, { signal });
    const granted = told.filter((line) => line.startsWith(`migration_limit_granted_total job requests ${by} `));
    const sum = granted.reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
    assert.ok(sum >= 29 && sum <= 42, `${sum} were granted`);
    const waits = told.filter((line) => line.startsWith("migration_limit_wait_seconds job requests "));
    assert.ok(waits.length > 5, `${waits.length} waited`);
    assert.equal(told.length, told.filter((line) => line.includes(" job requests ")).length, "bytes are not limited");
  }
});
