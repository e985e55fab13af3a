import assert from "node:assert/strict";
import type { FailurePage } from "../../ports/settle-ledger.ts";
import { deliver } from "./deliver.ts";
import { sweep } from "./dispatch-steps.ts";
import { type Machine, staleMs } from "./machine.ts";
import { assertAgree } from "./model.ts";
import { recheck } from "./settle-steps.ts";
import { finishGroup } from "./spread-steps.ts";
import { commit } from "./task-steps.ts";

/**
 * Lets everything go well from here on: what is paused is resumed, what is planned is run, the job settles. Then no
 * object may be lost and none counted twice, and nothing may be left over.
 */
export async function drain(machine: Machine): Promise<void> {
  const { ledger, jobId, model } = machine;
  for (let round = 0; round < 200 && !hasEnded(machine); round += 1) {
    await machine.act({ name: "resume", a: 0, b: 0 });
    if (model.state === "running") await finishShards(machine);
    if (model.state === "cancelling") await machine.act({ name: "dropBacklog", a: 0, b: 0 });
    machine.clock.advance(2 * staleMs);
    machine.queue.push(...(await sweep(machine, 1000)));
    await machine.act({ name: "dispatch", a: 2, b: 0 });
    for (const pointer of machine.queue.splice(0)) {
      const grip = await deliver(machine, pointer);
      if (grip?.held.manifest.kind === "copy-parts") await finishGroup(machine, grip);
      else if (grip !== undefined) await commit(machine, grip, 0);
    }
    await machine.act({ name: "beginSettling", a: 0, b: 0 });
    while (model.state === "settling" && model.recheck.size > 0) await recheck(machine, 1);
    await machine.act({ name: "journalDropped", a: 0, b: 0 });
    while (model.state === "settling" && model.parts.length > 0) await machine.act({ name: "index", a: 2, b: 0 });
    await machine.act({ name: "end", a: 0, b: 0 });
  }
  assert.ok(hasEnded(machine), `the job hangs in ${model.state}`);
  await assertAgree(ledger, jobId, model, machine.weigh);
  assert.equal(model.open.size, 0);
  const { copiedObjects, skippedObjects, failedObjects } = model.tally;
  const counted = copiedObjects + skippedObjects + failedObjects;
  if (model.state === "completed") assert.equal(counted, model.listed, "every object is counted");
  assert.equal(counted, model.fates.size, "no object is counted twice");
  assert.deepEqual((await failedKeys(machine)).sort(), keysThat(machine, "failed").sort());
  assert.ok(!(await ledger.dispatch.active()).some((job) => job.jobId === jobId));
  assert.equal(await ledger.jobs.remove(jobId), "removed");
}

function hasEnded({ model }: Machine): boolean {
  return model.state === "completed" || model.state === "cancelled";
}

async function finishShards(machine: Machine): Promise<void> {
  for (const at of (await machine.ledger.plans.shards(machine.jobId)).keys()) {
    await machine.act({ name: "finish", a: 0, b: at });
  }
}

async function failedKeys({ ledger, jobId }: Machine): Promise<string[]> {
  const keys: string[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 1000; pages += 1) {
    const page: FailurePage = await ledger.failures.list(jobId, { code: undefined, after, limit: 3 });
    keys.push(...page.items.map(({ key }) => key));
    if (page.next === null) return keys;
    after = page.next;
  }
  return keys;
}

function keysThat({ model }: Machine, wanted: string): string[] {
  return [...model.fates].flatMap(([key, fate]) => (fate === wanted ? [key] : []));
}
