import assert from "node:assert/strict";
import type { Outcome } from "../../domain/outcome.ts";
import type { Grip, Machine, Step } from "./machine.ts";
import { freshTask, holds, type Model, type ModelTask } from "./model.ts";
import { nextBatch, partsOfGroup, spreadStepOf } from "../ledger-spread-steps.ts";
import { failedOutcome } from "../ledger-steps.ts";

/** Ten parts, the last one shorter: two groups. */
export const largeBytes = 990;

/** What happens to large objects beyond what happens to every task. */
export const spreadSteps = {
  spread: async (machine, { a }) => {
    const grip = pick(machine, a, ({ held: { manifest } }) => {
      return manifest.kind === "copy-batch" && manifest.objects[0]?.sizeBytes === largeBytes;
    });
    if (grip === undefined) return;
    const { ledger, model } = machine;
    const step = spreadStepOf(grip.held);
    const task = holds(model, grip.held.task);
    const may = task?.stage === "batch" && task.rows.size === 0;
    const expected = may ? (model.state === "cancelling" ? "not-now" : "spread") : "refused";
    assert.equal(await ledger.spreads.spread(grip.held.task, step), expected);
    assert.equal(await ledger.spreads.spread(grip.held.task, step), expected === "spread" ? "refused" : expected);
    if (expected !== "spread" || task === undefined) return;
    task.place = "waiting";
    task.held = undefined;
    model.spreads.set(task.taskId, { groups: new Set(step.groups.map(({ taskId }) => taskId)), parts: new Set() });
    for (const { taskId, manifest } of step.groups) {
      const { objects, firstPart, lastPart } = manifest;
      const group = { parent: task.taskId, firstPart, lastPart };
      model.open.set(taskId, { ...freshTask(taskId, objects), stage: "parts", group });
    }
  },

  recordParts: async (machine, { a, b }) => {
    const grip = pick(machine, a, isGroup);
    if (grip !== undefined) await record(machine, grip, b | 1);
  },

  commitGroup: async (machine, { a, b }) => {
    const grip = pick(machine, a, isGroup);
    if (grip === undefined) return;
    // One in four has not sent all parts.
    if (b % 4 !== 0) await record(machine, grip, 0xff_ff);
    await commitGroup(machine, grip);
    if (b % 8 !== 1) machine.grips.splice(machine.grips.indexOf(grip), 1);
  },

  endGeneration: async (machine, { a, b }) => {
    const grip = pick(machine, a, ({ held }) => held.manifest.kind !== "copy-batch");
    // Most generations shall come to their end.
    if (grip === undefined || b % 3 !== 0) return;
    const { ledger, model } = machine;
    const { manifest, task: held } = grip.held;
    assert.ok(manifest.kind !== "copy-batch");
    const { objectTaskId } = manifest.spread;
    const [object] = manifest.objects;
    const outcome = b % 2 === 0 && object !== undefined ? failedOutcome(object, 0) : undefined;
    const failed = outcome?.state === "failed" ? outcome : undefined;
    const end = { objectTaskId, next: nextBatch(grip.held), failed };
    const may = holds(model, held) !== undefined;
    assert.equal(await ledger.spreads.endGeneration(held, end), may ? "ended" : "refused");
    assert.equal(await ledger.spreads.endGeneration(held, end), "refused");
    if (!may) return;
    for (const groupId of model.spreads.get(objectTaskId)?.groups ?? []) model.open.delete(groupId);
    model.spreads.delete(objectTaskId);
    comeBack(model, objectTaskId, "batch", failed);
  },
} as const satisfies Record<string, Step>;

/** Brings a group to its end, as a worker for which all goes well. */
export async function finishGroup(machine: Machine, grip: Grip): Promise<void> {
  await record(machine, grip, 0xff_ff);
  await commitGroup(machine, grip);
}

/** Of a task's parts those that must be on record. */
export function recordedParts(model: Model, { taskId, stage, group }: ModelTask): readonly number[] {
  if (stage === "batch") return [];
  const parts = [...(model.spreads.get(group?.parent ?? taskId)?.parts ?? [])].sort((a, b) => a - b);
  return parts.filter((part) => group === undefined || (part >= group.firstPart && part <= group.lastPart));
}

async function record({ ledger, model, clock }: Machine, grip: Grip, chance: number): Promise<void> {
  const parts = partsOfGroup(grip.held).filter((_, place) => ((chance >> place) & 1) === 1);
  const task = holds(model, grip.held.task);
  assert.equal(await ledger.spreads.record(grip.held.task, parts), task === undefined ? "refused" : "recorded");
  if (task?.group === undefined) return;
  task.signMs = clock.now();
  for (const { partNumber } of parts) model.spreads.get(task.group.parent)?.parts.add(partNumber);
}

async function commitGroup({ ledger, model }: Machine, { held }: Grip): Promise<void> {
  assert.ok(held.manifest.kind === "copy-parts");
  const { firstPart, lastPart, spread } = held.manifest;
  const task = holds(model, held.task);
  const isWhole = task !== undefined && recordedParts(model, task).length === lastPart - firstPart + 1;
  assert.equal(await ledger.spreads.commitGroup(held.task, spread.objectTaskId), isWhole ? "counted" : "refused");
  assert.equal(await ledger.spreads.commitGroup(held.task, spread.objectTaskId), "refused");
  if (!isWhole) return;
  model.open.delete(held.task.taskId);
  model.succeeded += 1;
  const groups = model.spreads.get(spread.objectTaskId)?.groups;
  groups?.delete(held.task.taskId);
  if (groups?.size === 0) comeBack(model, spread.objectTaskId, "complete", undefined);
}

function comeBack(model: Model, taskId: string, stage: "batch" | "complete", failed: Outcome | undefined): void {
  const task = model.open.get(taskId) ?? assert.fail("the object's task stays open");
  Object.assign(task, { stage, place: "backlog", held: undefined, starts: 0 });
  task.rows.clear();
  if (failed !== undefined) task.rows.set(0, failed);
}

function isGroup({ held }: Grip): boolean {
  return held.manifest.kind === "copy-parts";
}

function pick({ grips }: Machine, a: number, isMeant: (grip: Grip) => boolean): Grip | undefined {
  const meant = grips.filter(isMeant);
  return meant[a % Math.max(1, meant.length)];
}
