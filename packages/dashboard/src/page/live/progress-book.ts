import { signal } from "@preact/signals";
import type { Stats } from "../calls/answers.ts";
import { type Mark, withMark } from "./history.ts";

/** What each job had settled, and when, since this page was opened. */
export const progress = signal<ReadonlyMap<string, readonly Mark[]>>(new Map());

/** Notes what a job has settled by now. */
export function noteProgress(id: string, { bytes, objects }: Pick<Stats, "bytes" | "objects">): void {
  const mark = { atMs: Date.now(), bytes: bytes.copied, objects: objects.copied + objects.skipped };
  progress.value = new Map(progress.value).set(id, withMark(progress.value.get(id) ?? [], mark));
}
