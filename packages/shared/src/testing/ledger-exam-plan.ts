import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LedgerSubject } from "./ledger-subject.ts";
import { counts, finishListing, newId, plan, plannedTask, runAll, settle, stateOf, submit } from "./ledger-steps.ts";

export function examPlan(open: () => Promise<LedgerSubject>): void {
  describe("planning", () => {
    test("a new job has one shard over its whole prefix", async () => {
      const { ledger } = await open();
      const [shard, ...others] = await ledger.plans.shards(await submit(ledger));
      assert.equal(others.length, 0);
      const { after, before, cursor } = shard ?? {};
      assert.deepEqual({ after, before, cursor }, nothing);
    });

    test("a plan stores its tasks, moves the cursor, bumps the version, counts what was listed", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const [before] = await ledger.plans.shards(jobId);
      await plan(ledger, jobId, [plannedTask(2, "a/日本😀/"), plannedTask(3, "b/")]);
      const [after] = await ledger.plans.shards(jobId);
      assert.equal(after?.cursor, "b/0002");
      assert.equal(after?.version, (before?.version ?? 0) + 1);
      const { listedObjects, listedBytes, pendingTasks, backlogBytes } = await counts(ledger, jobId);
      assert.deepEqual([listedObjects, listedBytes, pendingTasks], [5, 100 + 101 + 100 + 101 + 102, 2]);
      assert.ok(backlogBytes > 0);
    });

    test("the same plan sent twice is planned once, also when the job has been paused since", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const [shard] = await ledger.plans.shards(jobId);
      const { id: shardId = "", version = 0 } = shard ?? {};
      const step = { jobId, shardId, version, planId: newId(), cursor: "a/0001", tasks: [plannedTask(2)] };
      assert.equal(await ledger.plans.plan(step), "planned");
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.equal(await ledger.plans.plan(step), "planned");
      assert.equal(await ledger.plans.plan({ ...step, planId: newId() }), "not-now");
      await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
      assert.equal(await ledger.plans.plan({ ...step, planId: newId() }), "refused");
      assert.equal(await ledger.plans.plan({ ...step, shardId: "none", planId: newId() }), "refused");
      const { listedObjects, pendingTasks } = await counts(ledger, jobId);
      assert.deepEqual([listedObjects, pendingTasks], [2, 1]);
    });

    test("a plan whose lister knows another cursor than the shard's is refused, whatever its version", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const { id: shardId = "", version = 0 } = (await ledger.plans.shards(jobId))[0] ?? {};
      const step = (knownCursor: string | null, later: number, cursor: string) =>
        ledger.plans.plan({
          jobId,
          shardId,
          version: version + later,
          knownCursor,
          planId: newId(),
          cursor,
          tasks: [],
        });
      assert.equal(await step("x", 0, "a"), "refused");
      assert.equal(await step(null, 0, "a"), "planned");
      assert.equal(await step(null, 1, "b"), "refused");
      assert.equal(await step("b", 1, "c"), "refused");
      assert.equal(await step("a", 1, "c"), "planned");
    });

    test("a split cuts a shard in two, once, and refuses who lists by the old end", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      await plan(ledger, jobId, [plannedTask(2, "a/")]);
      const [shard] = await ledger.plans.shards(jobId);
      const { id: shardId = "", version = 0 } = shard ?? {};
      const step = { jobId, shardId, version, at: "m:é", newShardId: "s:2" };
      assert.equal(await ledger.plans.split({ ...step, at: "a/0001" }), "refused");
      assert.equal(await ledger.plans.split(step), "planned");
      assert.equal(await ledger.plans.split(step), "planned");
      assert.equal(await ledger.plans.split({ ...step, newShardId: "s:3" }), "refused");
      const late = { jobId, shardId, version, planId: newId(), cursor: "z", tasks: [plannedTask(1, "z/")] };
      assert.equal(await ledger.plans.plan(late), "refused");
      const shards = new Map((await ledger.plans.shards(jobId)).map((one) => [one.id, one]));
      assert.equal(shards.size, 2);
      assert.deepEqual(shards.get(shardId), { ...shard, before: "m:é", version: version + 1 });
      assert.deepEqual(shards.get("s:2"), { ...nothing, id: "s:2", version: 1, after: "m:é" });
      const again = { jobId, shardId: "s:2", version: 1, at: "t", newShardId: "s:4" };
      assert.equal(await ledger.plans.split(again), "planned");
      const split = (await ledger.plans.shards(jobId)).find(({ id }) => id === "s:4");
      assert.deepEqual([split?.after, split?.before], ["t", undefined]);
    });

    test("a listing is finished when all of its shards are, each told once or twice, and forgets them", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      const [shard] = await ledger.plans.shards(jobId);
      const { id: shardId = "", version = 0 } = shard ?? {};
      await ledger.plans.split({ jobId, shardId, version, at: "m", newShardId: "2" });
      assert.equal(await ledger.plans.finish({ jobId, shardId, version }), "refused");
      const finish = { jobId, shardId, version: version + 1 };
      assert.equal(await ledger.plans.finish(finish), "planned");
      assert.equal(await ledger.plans.finish(finish), "planned");
      assert.equal((await counts(ledger, jobId)).listingFinished, false);
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      await finishListing(ledger, jobId);
      assert.equal((await counts(ledger, jobId)).listingFinished, true);
      assert.deepEqual(await ledger.plans.shards(jobId), []);
      const late = { jobId, shardId, version: version + 2, planId: newId(), cursor: "z", tasks: [plannedTask(1)] };
      assert.equal(await ledger.plans.plan(late), "refused");
      assert.equal(await ledger.plans.split({ ...late, at: "b", newShardId: "9" }), "refused");
    });

    test("nothing is planned while a job is paused, cancelling, settling or ended", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      await plan(ledger, jobId, [plannedTask(1)]);
      const { id: shardId = "", version = 0 } = (await ledger.plans.shards(jobId))[0] ?? {};
      const refusesAll = async (): Promise<void> => {
        const planId = newId();
        assert.equal(await ledger.plans.plan({ jobId, shardId, version, planId, cursor: "z", tasks: [] }), "not-now");
        assert.equal(await ledger.plans.split({ jobId, shardId, version, at: "x", newShardId: "2" }), "not-now");
        assert.equal(await ledger.plans.finish({ jobId, shardId, version }), "not-now");
        const reason = { code: "SOURCE_REFUSED", message: "no" } as const;
        assert.equal(await ledger.plans.abandonListing(jobId, reason), "not-now");
      };
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      await refusesAll();
      await ledger.jobs.change(jobId, { change: "cancel" });
      await refusesAll();
      assert.equal(await ledger.dispatch.dropBacklog(jobId, 10), 0);
      assert.equal(await ledger.settling.beginSettling(jobId), true);
      await refusesAll();
      await settle(ledger, jobId);
      await refusesAll();
      assert.equal(await stateOf(ledger, jobId), "cancelled");
    });

    test("a lister that knows another cursor or end of a shard than the ledger finishes nothing", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      await plan(ledger, jobId, [plannedTask(1)]);
      const [shard] = await ledger.plans.shards(jobId);
      assert.ok(shard?.cursor !== undefined);
      const { id: shardId, cursor } = shard;
      const split = { jobId, shardId, version: shard.version, at: "zz", newShardId: "2" };
      assert.equal(await ledger.plans.split(split), "planned");
      const version = shard.version + 1;
      for (const known of [
        { cursor, before: null },
        { cursor, before: "z" },
        { cursor: null, before: "zz" },
        { cursor: `${cursor}+`, before: "zz" },
      ]) {
        assert.equal(await ledger.plans.finish({ jobId, shardId, version, known }), "refused", JSON.stringify(known));
      }
      const known = { cursor, before: "zz" };
      assert.equal(await ledger.plans.finish({ jobId, shardId, version, known }), "planned");
      assert.equal(await ledger.plans.finish({ jobId, shardId, version, known }), "planned");
      const whole = { jobId, shardId: "2", version: 1 };
      assert.equal(await ledger.plans.finish({ ...whole, known: { cursor: null, before: "zz" } }), "refused");
      assert.equal(await ledger.plans.finish({ ...whole, known: { cursor: null, before: null } }), "planned");
    });

    test("a listing that is given up ends the job failed once its tasks are done, and retry takes it up again", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger);
      await plan(ledger, jobId, [plannedTask(2)]);
      const reason = { code: "SOURCE_ACCESS_DENIED", message: "said no" } as const;
      assert.equal(await ledger.plans.abandonListing(jobId, reason, 2), "not-now");
      assert.equal(await ledger.plans.abandonListing(jobId, reason, 1), "abandoned");
      assert.equal(await ledger.plans.abandonListing(jobId, { ...reason, message: "second" }), "abandoned");
      const { id: shardId = "", version = 0 } = (await ledger.plans.shards(jobId))[0] ?? {};
      const step = { jobId, shardId, version, planId: newId(), cursor: "z", tasks: [plannedTask(1, "z/")] };
      assert.equal(await ledger.plans.plan(step), "not-now");
      assert.equal(await ledger.settling.beginSettling(jobId), false);
      await runAll(ledger, jobId);
      assert.equal((await ledger.dispatch.active())[0]?.listingDone, true);
      await settle(ledger, jobId);
      const record = await ledger.jobs.get(jobId);
      assert.deepEqual([record?.state, record?.stateReason], ["failed", reason]);
      const retried = await ledger.failures.retry(jobId, [], "new");
      assert.deepEqual(retried, { answer: "retried", objects: 0, tasks: 0 });
      assert.equal(await ledger.jobs.sealedCredentials(jobId), "new");
      assert.equal((await ledger.jobs.get(jobId))?.revision, 2);
      const resumed = await ledger.jobs.get(jobId);
      assert.deepEqual([resumed?.state, resumed?.stateReason, resumed?.endedAtMs], ["running", null, null]);
      assert.equal((await ledger.dispatch.active())[0]?.listingDone, false);
      assert.equal(await ledger.plans.plan(step), "planned");
    });
  });
}

const nothing = { after: undefined, before: undefined, cursor: undefined };
