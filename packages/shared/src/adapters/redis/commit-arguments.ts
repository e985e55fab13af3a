import type { Outcome } from "../../domain/outcome.ts";
import type { FailedBatch, FailedObject } from "../../domain/task.ts";
import { type Kept, packFailures } from "./manifest-codec.ts";
import type { Argument } from "./scripts.ts";

/** Which objects of a manifest these outcomes are about: bit `index % 8` of byte `index / 8`. */
export function indexBits(outcomes: readonly Outcome[]): Buffer {
  const highest = outcomes.reduce((highest, { index }) => Math.max(highest, index), -1);
  const bits = Buffer.alloc(Math.floor(highest / 8) + 1);
  for (const { index } of outcomes) {
    const byte = Math.floor(index / 8);
    bits[byte] = (bits[byte] ?? 0) | (1 << (index % 8));
  }
  return bits;
}

/** Code, id, objects and blob of each batch. */
export function batchArguments(batches: readonly FailedBatch[]): readonly Argument[] {
  return batches.flatMap(({ code, retryTaskId, objects }) => {
    return [code, retryTaskId, objects.length, failureBlob(objects)];
  });
}

/** The objects' bytes as a line, then the packed objects. */
export function failureBlob(objects: readonly FailedObject[], kept: Kept = "for-now"): Buffer {
  const bytes = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return Buffer.concat([Buffer.from(`${bytes}\n`), packFailures(objects, kept)]);
}
