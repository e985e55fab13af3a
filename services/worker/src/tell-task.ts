import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { TaskRun } from "./task-run.ts";

export interface TellParts {
  readonly log: Logger;
  readonly meter: Meter;
}

type TaskEnd = Pick<TaskRun, "pointer" | "taken" | "book">;

/** Counts a committed task's objects and bytes, and gives it its line of the log; at level debug each object has one too. */
export function tellTask({ pointer, taken, book }: TaskEnd, { log, meter }: TellParts): void {
  const { jobId, taskId } = pointer;
  const outcomes = book.all();
  const by = { copied: 0, skipped: 0, failed: 0 };
  const failedByCode: Record<string, number> = {};
  let bytes = 0;
  for (const outcome of outcomes) {
    by[outcome.state] += 1;
    if (outcome.state === "copied") bytes += outcome.sizeBytes;
    if (outcome.state === "failed") failedByCode[outcome.code] = (failedByCode[outcome.code] ?? 0) + 1;
  }
  for (const [outcome, objects] of Object.entries(by)) {
    if (objects > 0) meter.count("migration_objects_total", { outcome }, objects);
  }
  meter.count("migration_bytes_total", {}, bytes);
  const kind = taken.manifest.kind;
  const failures = by.failed === 0 ? {} : { failedByCode };
  log.info({ jobId, taskId, attempt: taken.task.start, kind, ...by, bytes, ...failures }, "a task was committed");
  if (!log.isLevelEnabled("debug")) return;
  for (const outcome of outcomes) log.debug({ jobId, taskId, ...objectFields(outcome) }, "an object's outcome");
}

function objectFields(outcome: Outcome) {
  const { key, state, sizeBytes, attempts } = outcome;
  const common = { key, outcome: state, sizeBytes, attempt: attempts };
  switch (outcome.state) {
    case "copied":
      return { ...common, proof: outcome.proof };
    case "skipped":
      return { ...common, because: outcome.because };
    case "failed":
      return { ...common, code: outcome.code, why: outcome.message };
    default:
      return outcome satisfies never;
  }
}
