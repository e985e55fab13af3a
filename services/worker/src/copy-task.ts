import { type BatchParts, copyBatch } from "./copy-batch.ts";
import { completeUpload, type CompleteParts } from "./spread/complete-upload.ts";
import { copyParts, type CopyPartsParts } from "./spread/copy-parts.ts";
import type { TaskRun } from "./task-run.ts";

export interface CopyTaskParts extends BatchParts, CopyPartsParts, CompleteParts {}

/** Does what the run's manifest asks for, as far as earlier holders have not done it; returns early once the run is stopped. */
export function copyTask(run: TaskRun, how: "beside" | "alone", parts: CopyTaskParts): Promise<void> {
  const { manifest } = run.taken;
  switch (manifest.kind) {
    case "copy-batch":
      return copyBatch(run, how, parts);
    case "copy-parts":
      return copyParts(run, manifest, how, parts);
    case "complete-upload":
      return completeUpload(run, manifest, how, parts);
    default:
      return manifest satisfies never;
  }
}
