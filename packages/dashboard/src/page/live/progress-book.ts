import { signal } from "@preact/signals";
import type { Stats } from "../calls/answers.ts";
import { type Mark, withMark } from "./history.ts";

/** What each job had settled, and when, since this page was opened. */
export const progress = signal<ReadonlyMap<string, readonly Mark[]>>(new Map());

/** The jobs whose running tasks are known too: what is told of them from further away would fall behind. */
const closely = new Set<string>();

/** Notes what a job has settled by now, as the list of all jobs tells it. */
export function noteProgress(id: string, { bytes, objects }: Pick<Stats, "bytes" | "objects">): void {
  if (!closely.has(id)) note(id, settledOf(bytes, objects));
}

/** Notes what a job has done by now, down to its running tasks; from then on only this counts. */
export function noteProgressClosely(id: string, stats: Stats): void {
  closely.add(id);
  const { runningTasksProgress: running } = stats;
  const settled = settledOf(stats.bytes, stats.objects);
  note(id, {
    bytes: running.reduce((sum, task) => sum + task.bytesDone, settled.bytes),
    objects: running.reduce((sum, task) => sum + task.objectsDone, settled.objects),
  });
}

/** Counted as the API counts its rates. */
function settledOf(bytes: Stats["bytes"], objects: Stats["objects"]): Pick<Mark, "bytes" | "objects"> {
  return { bytes: bytes.copied + bytes.skipped, objects: objects.copied + objects.skipped + objects.failed };
}

/** The job is no longer looked at closely. */
export function forgetCloseness(id: string): void {
  closely.delete(id);
}

function note(id: string, done: Pick<Mark, "bytes" | "objects">): void {
  const marks = withMark(progress.value.get(id) ?? [], { atMs: Date.now(), ...done });
  progress.value = new Map(progress.value).set(id, marks);
}
