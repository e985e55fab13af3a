import { z } from "zod";
import type { SourceObject } from "../../domain/object.ts";

/** A column of texts or of numbers. Zod's own arrays call a function for each value: where V8 compiles that badly it takes 8 µs an object. */
export const texts = z.custom<string[]>((value) => isArrayOf("string", value), "must be texts");
export const numbers = z.custom<number[]>((value) => isArrayOf("number", value), "must be numbers");

/**
 * Objects by columns, so that like stands by like and compresses well; `n` names the shape. A list of failed objects
 * has three columns more, and is read as a manifest all the same: `retry` moves it without looking inside.
 */
export const columnsSchema = z.object({
  n: z.literal(1),
  key: texts,
  size: numbers,
  etag: texts,
  modified: numbers,
  /** Storage classes that occur, and each object's place among them. */
  classes: texts,
  class: numbers,
});
export type Columns = z.infer<typeof columnsSchema>;

/** Puts objects into columns. */
export function columnsOf(objects: readonly SourceObject[]): Columns {
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  };
  const columns: Columns = { n: 1, key: [], size: [], etag: [], modified: [], classes: [], class: [] };
  for (const object of objects) {
    columns.key.push(object.key);
    columns.size.push(object.sizeBytes);
    columns.etag.push(object.etag);
    columns.modified.push(object.lastModifiedMs);
    columns.class.push(placeOf(object.storageClass));
  }
  columns.classes = [...places.keys()];
  return columns;
}

/** Takes them out again. */
export function objectsOf(columns: Columns): SourceObject[] {
  return columns.key.map((key, index) => ({
    key,
    sizeBytes: columns.size[index] ?? 0,
    etag: columns.etag[index] ?? "",
    lastModifiedMs: columns.modified[index] ?? 0,
    storageClass: columns.classes[columns.class[index] ?? 0] ?? "",
  }));
}

function isArrayOf(type: "string" | "number", value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === type);
}
