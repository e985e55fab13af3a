import assert from "node:assert/strict";
import type { TaskPointer } from "../../domain/task.ts";
import type { Grip, Machine } from "./machine.ts";
import { byIndex, dropTask, putBack } from "./model.ts";
import { recordedParts } from "./spread-steps.ts";

export async function deliver(machine: Machine, pointer: TaskPointer): Promise<Grip | undefined> {
  const { ledger, model, grips, clock } = machine;
  const task = model.open.get(pointer.taskId);
  const current = task?.run === pointer.run && task.place === "dispatched";
  const taken = await ledger.tasks.take(pointer, "worker");
  if (task === undefined || !current) {
    assert.deepEqual(taken, { answer: "gone" });
    return undefined;
  }
  if (model.state === "paused") {
    assert.deepEqual(taken, { answer: "not-now" });
    putBack(task);
    return undefined;
  }
  if (model.state !== "running") {
    assert.deepEqual(taken, { answer: "gone" });
    if (task.held === undefined) dropTask(model, task);
    return undefined;
  }
  task.starts += 1;
  task.held = task.starts;
  task.signMs = clock.now();
  assert.ok(taken.answer === "held", `take answers ${taken.answer}`);
  assert.deepEqual(taken.task, { jobId: machine.jobId, taskId: task.taskId, run: task.run, start: task.starts });
  assert.deepEqual(taken.progress.toSorted(byIndex), [...task.rows.values()].toSorted(byIndex));
  assert.deepEqual(
    taken.manifest.objects.map(({ key }) => key),
    task.objects.map(({ key }) => key),
  );
  assert.deepEqual(
    taken.parts.map(({ partNumber }) => partNumber),
    recordedParts(model, task),
  );
  const kinds = { batch: "copy-batch", parts: "copy-parts", complete: "complete-upload" } as const;
  assert.equal(taken.manifest.kind, kinds[task.stage]);
  const grip = { held: taken, known: new Map(taken.progress.map((outcome) => [outcome.index, outcome])) };
  grips.push(grip);
  return grip;
}
