import type { Manifest } from "../../../domain/task.ts";
import type { UploadedPart } from "../../../ports/object-target.ts";
import type { JobBook } from "./state.ts";

/** Of a task's parts those that are recorded, in their order. */
export function partsOf(book: JobBook, taskId: string, manifest: Manifest): readonly UploadedPart[] {
  const isGroup = manifest.kind === "copy-parts";
  const parts = book.spreads.get(isGroup ? manifest.spread.objectTaskId : taskId)?.parts ?? new Map();
  return [...parts.values()]
    .filter(({ partNumber }) => !isGroup || (partNumber >= manifest.firstPart && partNumber <= manifest.lastPart))
    .sort((a, b) => a.partNumber - b.partNumber);
}
