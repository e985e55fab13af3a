import assert from "node:assert/strict";
import type { PlannedTask } from "../../domain/task.ts";
import { someObject } from "../builders.ts";
import { newId, plannedTask } from "../ledger-steps.ts";
import type { Step } from "./machine.ts";
import { freshTask } from "./model.ts";
import { largeBytes } from "./spread-steps.ts";

/** What listers do. */
export const listingSteps = {
  plan: async (machine, { a, b }) => {
    const { ledger, jobId, model } = machine;
    const shards = await ledger.plans.shards(jobId);
    const shard = shards[b % Math.max(1, shards.length)];
    if (shard === undefined) return;
    const tasks = Array.from({ length: a % 4 }, (): PlannedTask => {
      machine.keys += 1;
      const prefix = `${shard.id}/${String(machine.keys).padStart(4, "0")}/`;
      if ((b >> 3) % 2 === 0) return plannedTask(1 + ((a >> 3) % 4), prefix);
      const objects = [someObject({ key: `${prefix}large`, sizeBytes: largeBytes })];
      return { taskId: newId(), manifest: { kind: "copy-batch", objects } };
    });
    // One in eight listers does not know the last step on its shard.
    const version = shard.version - (b % 8 === 0 ? 1 : 0);
    const step = { jobId, shardId: shard.id, version, planId: newId(), cursor: `${machine.keys}`, tasks };
    const answer = await ledger.plans.plan(step);
    const may = model.state === "running";
    const right = version === shard.version;
    assert.equal(answer, may ? (right ? "planned" : "refused") : "not-now");
    if (answer !== "planned") return;
    machine.lastPlan = step;
    for (const { taskId, manifest } of tasks) {
      model.open.set(taskId, freshTask(taskId, manifest.objects));
      model.listed += manifest.objects.length;
    }
  },

  planAgain: async ({ ledger, model, lastPlan }) => {
    if (lastPlan === undefined) return;
    const answer = await ledger.plans.plan(lastPlan);
    // Another plan on the same shard has come since: then the old one is refused, never planned a second time.
    if (model.state === "running") assert.notEqual(answer, "not-now");
  },

  split: async ({ ledger, jobId, model }, { a, b }) => {
    const shards = await ledger.plans.shards(jobId);
    const shard = shards[b % Math.max(1, shards.length)];
    if (shard === undefined) return;
    const step = { jobId, shardId: shard.id, version: shard.version, at: `m${a}`, newShardId: newId() };
    const answer = await ledger.plans.split(step);
    assert.equal(answer, model.state === "running" ? "planned" : "not-now");
    if (answer === "planned") assert.equal(await ledger.plans.split(step), "planned");
  },

  finish: async ({ ledger, jobId, model }, { b }) => {
    const shards = await ledger.plans.shards(jobId);
    const shard = shards[b % Math.max(1, shards.length)];
    if (shard === undefined) return;
    const step = { jobId, shardId: shard.id, version: shard.version };
    assert.equal(await ledger.plans.finish(step), model.state === "running" ? "planned" : "not-now");
    if (model.state !== "running") return;
    assert.equal(await ledger.plans.finish(step), "planned");
    if ((await ledger.plans.shards(jobId)).length === 0) model.listing = "finished";
  },
} as const satisfies Record<string, Step>;
