import { hashOf } from "./content.ts";
import type { KeyMapping } from "./key-mapping.ts";
import { type Aligned, align } from "./merge.ts";
import { metadataDifferences, type MetadataRules } from "./metadata.ts";
import type { StoreSide } from "./sides.ts";

export interface ComparedSides {
  readonly source: StoreSide;
  readonly target: StoreSide;
}

export interface CompareRules {
  readonly mapping: KeyMapping;
  readonly content: "skip" | "hash";
  readonly metadata: "skip" | MetadataRules;
  /** Objects that are read at a time. */
  readonly atATime: number;
}

/** One thing that is not as it should be. */
export interface Difference {
  readonly kind: "missing" | "extra" | "size" | "content" | "metadata" | "unreadable";
  /** At the target. */
  readonly key: string;
  readonly detail: string;
}

/** What a comparison found. */
export interface Comparison {
  readonly sourceObjects: number;
  readonly sourceBytes: number;
  /** Objects of the source that are at the target as they should be. */
  readonly equalObjects: number;
  readonly equalBytes: number;
  readonly differences: number;
}

/** Lays both sides beside each other and hands every difference to `tell`, as many as there are. */
export async function compareSides(
  sides: ComparedSides,
  rules: CompareRules,
  tell: (difference: Difference) => void,
  signal: AbortSignal,
): Promise<Comparison> {
  const sum = { sourceObjects: 0, sourceBytes: 0, equalObjects: 0, equalBytes: 0, differences: 0 };
  const look = async (aligned: Aligned): Promise<void> => {
    const found = await differencesOf(sides, rules, aligned, signal);
    for (const difference of found) tell(difference);
    sum.differences += found.length;
    if (aligned.found === "extra") return;
    sum.sourceObjects += 1;
    sum.sourceBytes += aligned.source.sizeBytes;
    if (found.length > 0) return;
    sum.equalObjects += 1;
    sum.equalBytes += aligned.source.sizeBytes;
  };
  const aligned = align(sides.source.list(signal), sides.target.list(signal), rules.mapping);
  await severalAtATime(aligned, rules.atATime, look);
  return sum;
}

async function severalAtATime<T>(
  items: AsyncIterable<T>,
  most: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const item of items) {
    const mine: Promise<void> = act(item).finally(() => running.delete(mine));
    running.add(mine);
    if (running.size >= most) await Promise.race(running);
  }
  await Promise.all(running);
}

async function differencesOf(
  sides: ComparedSides,
  rules: CompareRules,
  aligned: Aligned,
  signal: AbortSignal,
): Promise<Difference[]> {
  switch (aligned.found) {
    case "missing":
      return [{ kind: "missing", key: aligned.expected, detail: `${aligned.source.sizeBytes} bytes at the source` }];
    case "extra":
      return [{ kind: "extra", key: aligned.target.key, detail: `${aligned.target.sizeBytes} bytes at the target` }];
    case "both":
      return pairDifferences(sides, rules, aligned, signal);
    default:
      return aligned satisfies never;
  }
}

async function pairDifferences(
  sides: ComparedSides,
  rules: CompareRules,
  { source, target }: Extract<Aligned, { found: "both" }>,
  signal: AbortSignal,
): Promise<Difference[]> {
  const { key } = target;
  if (source.sizeBytes !== target.sizeBytes) {
    return [{ kind: "size", key, detail: `${target.sizeBytes} bytes instead of ${source.sizeBytes}` }];
  }
  try {
    const differences: Difference[] = [];
    if (rules.metadata !== "skip") {
      const facts = await Promise.all([sides.source.facts(source.key, signal), sides.target.facts(key, signal)]);
      const details = metadataDifferences(...facts, rules.metadata);
      differences.push(...details.map((detail): Difference => ({ kind: "metadata", key, detail })));
    }
    if (rules.content === "hash") {
      const [from, to] = await Promise.all([
        hashOf(sides.source, source.key, signal),
        hashOf(sides.target, key, signal),
      ]);
      if (from !== to) differences.push({ kind: "content", key, detail: `SHA-256 ${to} instead of ${from}` });
    }
    return differences;
  } catch (error) {
    signal.throwIfAborted();
    return [{ kind: "unreadable", key, detail: error instanceof Error ? error.message : String(error) }];
  }
}
