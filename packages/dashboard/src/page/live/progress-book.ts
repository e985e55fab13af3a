import { signal } from "@preact/signals";
import type { Stats } from "../calls/answers.ts";
import { type Mark, withMark } from "./history.ts";

/** What each job had settled, and when, since this page was opened. */
export const progress = signal<ReadonlyMap<string, readonly Mark[]>>(new Map());

/** The jobs whose running tasks are known too: what is told of them from further away would fall behind. */
const closely = new Set<string>();

/** Notes what a job has settled by now, as the list of all jobs tells it. */
export function noteProgress(id: string, { bytes, objects }: Pick<Stats, "bytes" | "objects">): void {
  if (!closely.has(id)) note(id, { bytes: bytes.copied, objects: objects.copied + objects.skipped });
}

/** Notes what a job has done by now, down to its running tasks; from then on only this counts. */
export function noteProgressClosely(id: string, stats: Stats): void {
  closely.add(id);
  const { bytes, objects, runningTasksProgress: running } = stats;
  note(id, {
    bytes: running.reduce((sum, task) => sum + task.bytesDone, bytes.copied),
    objects: running.reduce((sum, task) => sum + task.objectsDone, objects.copied + objects.skipped),
  });
}

/** The job is no longer looked at closely. */
export function forgetCloseness(id: string): void {
  closely.delete(id);
}

function note(id: string, done: Pick<Mark, "bytes" | "objects">): void {
  const marks = withMark(progress.value.get(id) ?? [], { atMs: Date.now(), ...done });
  progress.value = new Map(progress.value).set(id, marks);
}
