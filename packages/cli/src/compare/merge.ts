import { byteOrder, expectedKey, type KeyMapping } from "./key-mapping.ts";
import type { ListedObject } from "./sides.ts";

/** Two listings laid beside each other. */
export type Aligned =
  | { readonly found: "both"; readonly source: ListedObject; readonly target: ListedObject }
  | { readonly found: "missing"; readonly source: ListedObject; readonly expected: string }
  | { readonly found: "extra"; readonly target: ListedObject };

/**
 * Walks both listings once, holding one object of each. Stripped keys leave the order of the source, so they, and the
 * objects that stand alone at the target, are matched at the end; that is the only thing kept in memory, and only for jobs
 * that strip.
 */
export async function* align(
  sources: AsyncIterable<ListedObject>,
  targets: AsyncIterable<ListedObject>,
  mapping: KeyMapping,
): AsyncGenerator<Aligned> {
  const moved: ListedObject[] = [];
  const lone = new Map<string, ListedObject>();
  const target = inOrder(targets, "target")[Symbol.asyncIterator]();
  let held = await target.next();
  const extra = (object: ListedObject): Aligned[] => {
    if (!mapping.stripsLeadingSlash) return [{ found: "extra", target: object }];
    lone.set(object.key, object);
    return [];
  };
  for await (const source of inOrder(sources, "source")) {
    const expected = expectedKey(source.key, mapping);
    if (expected !== mapping.targetPrefix + source.key.substring(mapping.sourcePrefix.length)) {
      moved.push(source);
      continue;
    }
    while (held.done !== true && byteOrder(held.value.key, expected) < 0) {
      yield* extra(held.value);
      held = await target.next();
    }
    if (held.done !== true && held.value.key === expected) {
      yield { found: "both", source, target: held.value };
      held = await target.next();
    } else yield { found: "missing", source, expected };
  }
  while (held.done !== true) {
    yield* extra(held.value);
    held = await target.next();
  }
  yield* alignMoved(moved, lone, mapping);
}

function* alignMoved(
  moved: readonly ListedObject[],
  lone: Map<string, ListedObject>,
  mapping: KeyMapping,
): Generator<Aligned> {
  for (const source of moved) {
    const expected = expectedKey(source.key, mapping);
    const target = lone.get(expected);
    lone.delete(expected);
    yield target === undefined ? { found: "missing", source, expected } : { found: "both", source, target };
  }
  for (const target of lone.values()) yield { found: "extra", target };
}

/** A listing out of order would hide differences, so it is an error. */
async function* inOrder(objects: AsyncIterable<ListedObject>, side: string): AsyncGenerator<ListedObject> {
  let last: string | undefined;
  for await (const object of objects) {
    if (last !== undefined && byteOrder(last, object.key) >= 0) {
      throw new Error(
        `the ${side} lists ${JSON.stringify(object.key)} after ${JSON.stringify(last)}, out of byte order`,
      );
    }
    last = object.key;
    yield object;
  }
}
