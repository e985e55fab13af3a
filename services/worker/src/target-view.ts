import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { DecisionRule } from "@causeway/shared/domain/decide.ts";
import { needsRecord } from "@causeway/shared/domain/decide.ts";
import type { SourceObject, TargetObject } from "@causeway/shared/domain/object.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";

/** What the target holds under the keys of one task, as far as the decisions need it. */
export interface TargetView {
  /** Undefined: nothing is there, or it does not matter. */
  find(source: SourceObject, targetKey: string, options: Signalled): Promise<TargetObject | undefined>;
}

/**
 * Over a tunnel one round trip per object is half the speed, so a task lists its range instead: a look at its first key, because as
 * a rule nothing is there but what stands behind its last one, and then pages; a dense range not to its end.
 */
const pageLimits = [1, 1000, 1000, 1000] as const;
/** Fewer objects are asked for one by one. */
const fewestToList = 4;

export interface ViewRequest {
  /** Asked for each time: it may be opened anew with other credentials. */
  readonly target: () => ObjectTarget;
  readonly targetPrefix: string;
  readonly rule: DecisionRule;
  /** The target keys of the task's objects, in any order. */
  readonly keys: readonly string[];
}

/** A view for a job that overwrites always: what is there does not matter. */
export const blindView: TargetView = { find: () => Promise.resolve(undefined) };

/** Looks at the target once for all keys; what a listing leaves open is asked by HEAD when its turn comes. */
export async function openTargetView(request: ViewRequest, options: Signalled): Promise<TargetView> {
  const { target, rule, keys } = request;
  const head = (key: string, by: Signalled) => target().head(key, by);
  if (keys.length < fewestToList) return { find: (_source, key, by) => head(key, by) };
  const listing = await list(request, options);
  return {
    async find(source, key, by) {
      // Where nothing is there, as in most migrations, no key is looked up: V8 hashes each one for it.
      const listed = listing.objects.size === 0 ? undefined : listing.objects.get(key);
      if (listed !== undefined) return needsRecord(source, listed, rule) ? head(key, by) : listed;
      return listing.reached === undefined || compareKeys(key, listing.reached) <= 0 ? undefined : head(key, by);
    },
  };
}

interface Listing {
  readonly objects: ReadonlyMap<string, TargetObject>;
  /** Up to this key the listing tells everything; undefined: about all of the task's keys. */
  readonly reached: string | undefined;
}

async function list({ target, targetPrefix, keys }: ViewRequest, options: Signalled): Promise<Listing> {
  let first = keys[0] ?? "";
  let last = first;
  for (const key of keys) {
    if (compareKeys(key, first) < 0) first = key;
    if (compareKeys(key, last) > 0) last = key;
  }
  const objects = new Map<string, TargetObject>();
  let after = justBefore(first);
  for (const limit of pageLimits) {
    const found = await target().listPage({ after, prefix: targetPrefix, limit }, options);
    for (const object of found.objects) if (compareKeys(object.key, last) <= 0) objects.set(object.key, object);
    if (!found.more || found.last === undefined || compareKeys(found.last, last) >= 0) {
      return { objects, reached: undefined };
    }
    after = found.last;
  }
  return { objects, reached: after };
}

/**
 * A key that sorts before `key` with next to nothing in between: its last character counted down, then a high one. Where
 * that is not plain text, the key without its last character, which also sorts before.
 */
export function justBefore(key: string): string | undefined {
  const code = key.charCodeAt(key.length - 1);
  const isHalf = code >= 0xdc00 && code <= 0xdfff;
  const shorter = key.slice(0, isHalf ? -2 : -1);
  const isPlain = code > 0x21 && code < 0x7f;
  const before = isPlain ? `${shorter}${String.fromCharCode(code - 1)}\u{10fffd}` : shorter;
  if (before === "") return undefined;
  return Buffer.byteLength(before) <= 1023 ? before : shorter;
}
