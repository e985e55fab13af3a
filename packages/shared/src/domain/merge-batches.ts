import type { BatchLimits } from "./plan.ts";

/** What merging has to know of some failed objects that are kept together under one code. */
export interface BatchSize {
  readonly code: string;
  readonly objects: number;
  /** Of the objects together. */
  readonly bytes: number;
}

/**
 * Which batches may become one: those of one code, in the order in which they came, as far as one task may hold them. One
 * that stays alone is in no answer, and so is an object that is copied as a task of its own.
 */
export function mergeBatches<B extends BatchSize>(
  batches: readonly B[],
  limits: BatchLimits,
): readonly (readonly B[])[] {
  const merges: B[][] = [];
  const open = new Map<string, { readonly batches: B[]; objects: number; bytes: number }>();
  for (const batch of batches) {
    const { code, objects, bytes } = batch;
    if (bytes >= (limits.spreadThreshold ?? Number.POSITIVE_INFINITY)) continue;
    const merge = open.get(code);
    const fits =
      merge !== undefined &&
      merge.objects + objects <= limits.objectCountLimit &&
      merge.bytes + bytes <= limits.objectSizeLimit;
    if (fits) {
      merge.batches.push(batch);
      merge.objects += objects;
      merge.bytes += bytes;
    } else {
      const begun = { batches: [batch], objects, bytes };
      open.set(code, begun);
      merges.push(begun.batches);
    }
  }
  return merges.filter(({ length }) => length > 1);
}
