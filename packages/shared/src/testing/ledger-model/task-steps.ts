import assert from "node:assert/strict";
import { emptyTally, type Outcome, tallied } from "../../domain/outcome.ts";
import { copiedOutcome } from "../builders.ts";
import { failedOutcome, failuresOf, newId, skippedOutcome, writtenOf } from "../ledger-steps.ts";
import type { Grip, Machine, Step } from "./machine.ts";
import { byIndex, addBatches, commitAnswer, count, dropTask, holds, putBack, watch, modelCodes } from "./model.ts";

/** What workers do with the tasks that they hold. */
export const taskSteps = {
  progress: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip !== undefined) await progress(machine, grip, b);
  },

  progressUnheard: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip !== undefined) await progress(machine, { ...grip, known: new Map(grip.known) }, b);
  },

  commit: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip === undefined) return;
    await commit(machine, grip, b);
    // One in four sends it again; one in eight keeps the task in its hands and comes back with it.
    if (b % 4 === 0) await commit(machine, grip, b);
    if (b % 8 !== 1) machine.grips.splice(machine.grips.indexOf(grip), 1);
  },

  commitPart: async (machine, { a, b }) => {
    const grip = gripOf(machine, a);
    if (grip !== undefined) await commitOnce(machine, grip, outcomesFor(grip, b).slice(1));
  },

  handBack: async ({ ledger, model, grips }, { a }) => {
    const grip = grips[a % Math.max(1, grips.length)];
    if (grip === undefined) return;
    const task = holds(model, grip.held.task);
    assert.equal(await ledger.tasks.handBack(grip.held.task), task === undefined ? "refused" : "handed-back");
    assert.equal(await ledger.tasks.handBack(grip.held.task), "refused");
    if (task === undefined) return;
    if (model.state === "cancelling") {
      dropTask(model, task);
      return;
    }
    task.starts -= 1;
    putBack(task);
  },
} as const satisfies Record<string, Step>;

function gripOf({ grips }: Machine, a: number): Grip | undefined {
  return grips[a % Math.max(1, grips.length)];
}

/** What this worker finds: others may find otherwise, so that it shows whose outcome stands. */
function outcomesFor({ held, known }: Grip, chance: number): readonly Outcome[] {
  if (held.manifest.kind === "copy-parts") return [];
  return held.manifest.objects.flatMap((object, index) => {
    if (known.has(index)) return [];
    const draw = (chance >> (index * 2)) % 7;
    if (draw < 4) return [copiedOutcome(object, index)];
    if (draw === 4) return [skippedOutcome(object, index)];
    return [failedOutcome(object, index, modelCodes[(chance + index) % modelCodes.length] ?? "INTERNAL")];
  });
}

async function progress({ ledger, model, clock }: Machine, grip: Grip, chance: number): Promise<void> {
  const outcomes = outcomesFor(grip, chance).filter((_, place) => (chance >> place) % 2 === 0);
  const task = holds(model, grip.held.task);
  const answer = await ledger.tasks.progress(grip.held.task, outcomes);
  if (task === undefined) {
    assert.deepEqual(answer, { answer: "refused" });
    return;
  }
  assert.ok(answer.answer === "recorded");
  assert.equal(answer.jobState, model.state);
  const standing = outcomes.flatMap(({ index }) => task.rows.get(index) ?? []);
  assert.deepEqual(answer.standing.toSorted(byIndex), standing.toSorted(byIndex));
  task.signMs = clock.now();
  for (const outcome of outcomes) {
    if (!task.rows.has(outcome.index)) task.rows.set(outcome.index, outcome);
    grip.known.set(outcome.index, task.rows.get(outcome.index) ?? outcome);
  }
}

/** Commits as a worker does: told that it is behind, it adopts what stands and commits again. */
export async function commit(machine: Machine, grip: Grip, chance: number): Promise<void> {
  const answer = await commitOnce(machine, grip, outcomesFor(grip, chance));
  if (answer === "behind") {
    const second = await commitOnce(machine, grip, outcomesFor(grip, chance));
    assert.notEqual(second, "behind", "who has adopted what stands is not behind");
  }
}

async function commitOnce(machine: Machine, grip: Grip, outcomes: readonly Outcome[]): Promise<string> {
  const { ledger, model } = machine;
  const { held, known } = grip;
  const part = `part-${newId()}`;
  const offered = {
    outcomes,
    tally: outcomes.reduce(tallied, emptyTally),
    failures: failuresOf(held, [...known.values(), ...outcomes]).map((batch) => ({ ...batch, retryTaskId: newId() })),
    journalPart: part,
    written: held.task.start > 1 ? writtenOf(held) : [],
  };
  const task = holds(model, held.task);
  const expected = commitAnswer(model, held.task, offered);
  const answer = await ledger.tasks.commit(held.task, offered);
  assert.equal(answer.answer, expected);
  if (answer.answer === "behind") for (const outcome of answer.standing) known.set(outcome.index, outcome);
  if (answer.answer !== "counted" || task === undefined) return answer.answer;
  const all = [...task.rows.values(), ...outcomes];
  const { failedObjects } = count(model, task, all);
  addBatches(
    model,
    offered.failures.map(({ retryTaskId: id, code, objects }) => ({ id, code, objects })),
  );
  if (failedObjects > 0) model.failed += 1;
  else if (all.length === task.objects.length) model.succeeded += 1;
  if (offered.written.length > 0) model.recheck.set(task.taskId, failedObjects === 0);
  model.parts.push(part);
  if (failedObjects > 0) watch(model);
  return "counted";
}
