import assert from "node:assert/strict";
import { test } from "node:test";
import { createRig, noMeter, numberedKeys, quiet, sourceOf } from "../test/rig.ts";
import { createDispatcher } from "./dispatch.ts";

test("a job whose step the ledger refuses says why, and holds up no other", async (t) => {
  const rig = createRig({ source: sourceOf(numberedKeys(50)) });
  const ill = await rig.submit({ name: "ill" });
  const well = await rig.submit({ name: "well", weight: 2 });
  for (const { id } of [ill, well]) {
    const [shard] = await rig.ledger.plans.shards(id);
    assert.ok(shard !== undefined);
    const object = { key: "a", sizeBytes: 1, etag: "e", lastModifiedMs: 1, storageClass: "STANDARD" };
    const task = { taskId: id, manifest: { kind: "copy-batch", objects: [object] } } as const;
    const step = { jobId: id, shardId: shard.id, version: 1, planId: "p", cursor: "a", tasks: [task] };
    assert.equal(await rig.ledger.plans.plan(step), "planned");
  }
  let refusals = 0;
  const dispatch = createDispatcher({
    ...rig,
    ledger: {
      ...rig.ledger.dispatch,
      dispatch(jobId, limit) {
        if (jobId !== ill.id) return rig.ledger.dispatch.dispatch(jobId, limit);
        refusals += 1;
        return Promise.reject(new Error("WRONGTYPE Operation against a key"));
      },
    },
    jobs: rig.ledger.jobs,
    plans: rig.ledger.plans,
    workers: rig.ledger.workers,
    meter: noMeter,
    log: quiet,
    backlogBudgetBytes: 1 << 26,
    obstacle: () => undefined,
  });
  t.after(() => rig.tasks.close());
  await dispatch(await rig.ledger.dispatch.active());
  await dispatch(await rig.ledger.dispatch.active());
  assert.equal(refusals, 1, "it rests before it is tried again");
  assert.equal((await rig.ledger.jobs.counts(well.id))?.dispatchedTasks, 1);
  assert.equal((await rig.ledger.jobs.get(well.id))?.stateReason, null);
  const reason = (await rig.ledger.jobs.get(ill.id))?.stateReason;
  assert.equal(reason?.code, "LEDGER_FAILED");
  assert.match(reason.message, /WRONGTYPE/);
});
