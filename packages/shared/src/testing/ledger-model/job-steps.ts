import assert from "node:assert/strict";
import { newId } from "../ledger-steps.ts";
import type { Step } from "./machine.ts";
import { freshTask, modelCodes } from "./model.ts";
import { largeBytes } from "./spread-steps.ts";

/** What people ask of a job, and the merging of what failed. */
export const jobSteps = {
  retry: async ({ ledger, jobId, model }, { a, b }) => {
    const wanted = b % 2 === 0 ? [] : [modelCodes[a % modelCodes.length] ?? "INTERNAL"];
    const answer = await ledger.failures.retry(jobId, wanted);
    if (model.state === "cancelling" || model.state === "settling" || model.state === "cancelled") {
      assert.deepEqual(answer, { answer: "refused" });
      return;
    }
    let objects = 0;
    const meant = [...model.failures].filter(([, { code }]) => wanted.length === 0 || wanted.includes(code));
    for (const [taskId, batch] of meant) {
      model.failures.delete(taskId);
      objects += batch.objects.length;
      model.failed -= batch.tasks;
      for (const { key } of batch.objects) model.fates.delete(key);
      model.open.set(taskId, freshTask(taskId, batch.objects));
    }
    model.tally = { ...model.tally, failedObjects: model.tally.failedObjects - objects };
    model.breaker = { objects: 0, failed: 0, bytes: 0 };
    if (model.state === "completed" && meant.length > 0) model.state = "running";
    assert.deepEqual(answer, { answer: "retried", objects, tasks: meant.length });
  },

  compact: async ({ ledger, jobId, model }, { a, b }) => {
    const limits = { objectCountLimit: 1 + (b % 8), objectSizeLimit: largeBytes, spreadThreshold: largeBytes };
    const merged = await ledger.failures.compact(jobId, { atLeast: 1 + (a % 4), limits, newId });
    if (model.state !== "running" && model.state !== "paused") assert.deepEqual(merged, []);
    for (const { id, replaced } of merged) {
      const batches = replaced.map((one) => model.failures.get(one) ?? assert.fail(`${one} is no batch`));
      for (const one of replaced) model.failures.delete(one);
      const [code = "INTERNAL", ...others] = new Set(batches.map((batch) => batch.code));
      assert.deepEqual(others, [], "only batches of one code are put together");
      const objects = batches.flatMap((batch) => batch.objects);
      assert.ok(objects.length <= limits.objectCountLimit);
      model.failures.set(id, { code, objects, tasks: batches.reduce((sum, { tasks }) => sum + tasks, 0) });
    }
  },

  pause: async ({ ledger, jobId, model }) => {
    const answer = await ledger.jobs.change(jobId, { change: "pause", reason: null });
    assert.equal(answer, model.state === "running" ? "changed" : model.state === "paused" ? "unchanged" : "refused");
    if (model.state === "running") model.state = "paused";
  },

  resume: async ({ ledger, jobId, model }) => {
    const answer = await ledger.jobs.change(jobId, { change: "resume", sealedCredentials: undefined });
    assert.equal(answer, model.state === "paused" ? "changed" : model.state === "running" ? "unchanged" : "refused");
    if (model.state !== "paused") return;
    model.state = "running";
    model.breaker = { objects: 0, failed: 0, bytes: 0 };
  },

  cancel: async ({ ledger, jobId, model }, { b }) => {
    // Most schedules shall not end so early.
    if (b % 4 !== 0) return;
    await ledger.jobs.change(jobId, { change: "cancel" });
    if (model.state === "running" || model.state === "paused") model.state = "cancelling";
  },
} as const satisfies Record<string, Step>;
