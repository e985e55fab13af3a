import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Redis } from "ioredis";
import { someNewJob } from "../../testing/builders.ts";
import { type RedisServer, startRedisServer } from "../../testing/ledger-redis-server.ts";
import {
  commitOf,
  counts,
  finishListing,
  newId,
  outcomesOf,
  plan,
  plannedTask,
  runAll,
  settle,
  stateOf,
  submit,
  take,
  tallyOf,
} from "../../testing/ledger-steps.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import type { Ledger } from "../../ports/ledger.ts";
import { jobKey } from "./keys.ts";
import { createRedisLedger } from "./ledger.ts";

const server: RedisServer | undefined = await startRedisServer();
const clock = createManualClock();

type Moment = "before" | "after";

/** A connection whose process dies at its `calls`th call: before Redis hears it, or before the answer is heard. */
function dying(redis: Redis, calls: number, moment: Moment): Redis {
  let left = calls;
  return new Proxy(redis, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        left -= 1;
        if (left < 0 || (left === 0 && moment === "before")) throw new Error("the process died");
        const answer: unknown = await Reflect.apply(member, target, args);
        if (left === 0) throw new Error("the process died");
        return answer;
      };
    },
  });
}

/** Lets `step` die at every one of its calls in turn, and sees to what `check` demands each time. */
async function dieEverywhere(
  redis: Redis,
  step: (ledger: Ledger) => Promise<unknown>,
  check: () => Promise<void>,
): Promise<number> {
  for (let calls = 1; calls < 60; calls += 1) {
    for (const moment of ["before", "after"] as const) {
      const ledger = createRedisLedger(dying(redis, calls, moment), { clock, holder: "dying" });
      const ended = await step(ledger).then(
        () => true,
        () => false,
      );
      await check();
      if (ended) return calls;
    }
  }
  return assert.fail("the step has no end");
}

describe("calls that break off", { skip: server === undefined ? "redis-server is not installed" : false }, () => {
  let redis: Redis;
  let ledger: Ledger;
  before(() => {
    redis = new Redis(server?.url ?? "");
    ledger = createRedisLedger(redis, { clock, holder: "test" });
  });
  after(async () => {
    redis.disconnect();
    await server?.stop();
  });

  test("a submit that breaks off anywhere can be repeated, leaves one job, and a job that masters see stays", async () => {
    let last: string | undefined;
    await dieEverywhere(
      redis,
      async (dyingLedger) => {
        await redis.flushall();
        last = newId();
        await dyingLedger.jobs.submit({ ...someNewJob({ id: last }), idempotencyKey: "once" });
      },
      async () => {
        const again = await ledger.jobs.submit({ ...someNewJob({ id: newId() }), idempotencyKey: "once" });
        const listed = (await ledger.jobs.list({ after: null, limit: 10 })).jobs;
        assert.equal(listed.length, 1);
        assert.deepEqual(again, listed[0]?.id === last ? { answer: "repeated", jobId: last } : { answer: "submitted" });
        const active = await ledger.dispatch.active();
        assert.deepEqual(
          active.map(({ jobId }) => jobId),
          [listed[0]?.id],
        );
        for (const name of ["job", "shards", "counts"] as const) {
          assert.equal(await redis.pttl(jobKey(listed[0]?.id ?? "", name)), -1, `${name} does not expire`);
        }
        assert.deepEqual(await redis.keys("*"), await keysOrExpiring(redis, listed[0]?.id ?? ""));
      },
    );
  });

  test("a retry that breaks off anywhere is finished by the sweep or the next retry, each object once", async () => {
    let jobId = "";
    const calls = await dieEverywhere(
      redis,
      async (dyingLedger) => {
        await redis.flushall();
        jobId = await submit(ledger, { failureLimits: { share: 1 } });
        const tasks = Array.from({ length: 60 }, (_, at) => plannedTask(2, `${at}/`));
        await plan(ledger, jobId, tasks);
        await finishListing(ledger, jobId);
        await runAll(ledger, jobId, (index) => (index === 0 ? "TARGET_REFUSED" : undefined));
        await settle(ledger, jobId);
        await dyingLedger.failures.retry(jobId, ["TARGET_REFUSED"]);
      },
      async () => {
        const state = await stateOf(ledger, jobId);
        if (state === "running") assert.equal((await ledger.dispatch.active())[0]?.jobId, jobId, "masters see the job");
        const resumed = await ledger.failures.resumeRetry(jobId);
        if (resumed) assert.equal(state, "running");
        const moved = await counts(ledger, jobId);
        assert.equal(moved.tally.failedObjects + moved.pendingTasks, 60);
        assert.ok(moved.pendingTasks === 0 || moved.pendingTasks === 60, "a retry is finished");
        await ledger.failures.retry(jobId, []);
        assert.equal(await ledger.settling.beginSettling(jobId), false);
        await runAll(ledger, jobId);
        await settle(ledger, jobId);
        assert.deepEqual(tallyOf(await counts(ledger, jobId)), [120, 0, 0]);
        assert.deepEqual(await ledger.dispatch.active(), []);
      },
    );
    assert.ok(calls > 6, `${calls} calls were interrupted`);
  });

  test("an end or a removal that breaks off anywhere can be repeated and leaves no job active, no name taken", async () => {
    let jobId = "";
    await dieEverywhere(
      redis,
      async (dyingLedger) => {
        await redis.flushall();
        jobId = await submit(ledger, { name: "moon" });
        await finishListing(ledger, jobId);
        await ledger.settling.beginSettling(jobId);
        await dyingLedger.settling.end(jobId, null);
        await dyingLedger.jobs.remove(jobId);
      },
      async () => {
        if ((await stateOf(ledger, jobId)) === "settling") await ledger.settling.end(jobId, null);
        assert.deepEqual(await ledger.dispatch.active(), []);
        await ledger.jobs.remove(jobId);
        assert.deepEqual((await ledger.jobs.list({ after: null, limit: 5 })).jobs, []);
        assert.equal((await ledger.jobs.submit(someNewJob({ id: newId() }, { name: "moon" }))).answer, "submitted");
      },
    );
  });

  test("a Redis that has lost its scripts is given them again", async () => {
    const jobId = await submit(ledger);
    await redis.script("FLUSH");
    await plan(ledger, jobId, [plannedTask(1)]);
    await redis.script("FLUSH");
    assert.equal((await ledger.dispatch.dispatch(jobId, 1)).length, 1);
  });

  test("sums of bytes beyond 2^53 are added exactly in Redis", async () => {
    const jobId = await submit(ledger);
    await redis.hset(jobKey(jobId, "counts"), "copiedBytes", "90071992547409931");
    await plan(ledger, jobId, [plannedTask(1)]);
    await runAll(ledger, jobId);
    assert.equal(await redis.hget(jobKey(jobId, "counts"), "copiedBytes"), "90071992547410031");
  });

  test("a committed task leaves nothing but its journal part's name", async () => {
    await redis.flushall();
    const jobId = await submit(ledger);
    const keysBefore = (await redis.keys("*")).sort();
    await plan(ledger, jobId, [plannedTask(5)]);
    for (const pointer of await ledger.dispatch.dispatch(jobId, 5)) {
      const held = await take(ledger, pointer);
      const [first, ...rest] = outcomesOf(held);
      assert.ok(first !== undefined);
      await ledger.tasks.progress(held.task, [first]);
      await ledger.tasks.commit(held.task, commitOf(held, rest, { recorded: [first], part: "p1" }));
    }
    const left = new Set(await redis.keys("*"));
    assert.deepEqual(left, new Set([...keysBefore, jobKey(jobId, "journal"), jobKey(jobId, "rates")]));
    await ledger.settling.journalIndexed(jobId, ["p1"]);
    assert.equal(await redis.exists(jobKey(jobId, "journal")), 0);
  });
});

/** All keys, none of which may be another job's unless it expires by itself. */
async function keysOrExpiring(redis: Redis, jobId: string): Promise<readonly string[]> {
  const keys = await redis.keys("*");
  const stays = await Promise.all(keys.map(async (key) => key.includes(jobId) || (await redis.pttl(key)) > 0));
  return keys.filter((key, at) => stays[at] === true || key.startsWith("{jobs}"));
}
