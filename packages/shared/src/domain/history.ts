/** What a job settled in a span of time: copied, skipped and failed objects, copied and skipped bytes. */
export interface Span {
  readonly fromMs: number;
  readonly overMs: number;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * How finely a job's past is kept. A tier keeps its `most` newest spans; older ones are put together into spans of the next
 * tier, and what is too old for the last one is forgotten. Time in which nothing was settled takes no span. `library.lua`
 * has the same table.
 */
export const tiers = [
  { spanMs: 10_000, most: 120 },
  { spanMs: 60_000, most: 240 },
  { spanMs: 600_000, most: 216 },
  { spanMs: 7_200_000, most: 168 },
  { spanMs: 86_400_000, most: 400 },
] as const;

/** Spans by tier, each tier's oldest first; a tier ends where the finer one begins. */
export type History = readonly (readonly Span[])[];

/** Adds a span that has passed. One that comes late counts to the newest: spans stay in the order of time. */
export function withSpan(history: History, span: Pick<Span, "fromMs" | "objects" | "bytes">, at = 0): History {
  const tier = tiers[at];
  if (tier === undefined) return history;
  const kept = joined(history[at] ?? [], span, tier.spanMs);
  if (kept.length <= tier.most) return replaced(history, at, kept);
  const nextMs = tiers[at + 1]?.spanMs ?? tier.spanMs;
  const first = kept[0]?.fromMs ?? 0;
  const old = kept.filter(({ fromMs }) => startOf(fromMs, nextMs) === startOf(first, nextMs));
  return withSpan(replaced(history, at, kept.slice(old.length)), { fromMs: first, ...sumOf(old) }, at + 1);
}

/** All spans, oldest first. */
export function spansOf(history: History): readonly Span[] {
  return history.toReversed().flat();
}

function joined(
  spans: readonly Span[],
  { fromMs, objects, bytes }: Pick<Span, "fromMs" | "objects" | "bytes">,
  overMs: number,
): readonly Span[] {
  const start = startOf(fromMs, overMs);
  const last = spans.at(-1);
  if (last === undefined || start > last.fromMs) return [...spans, { fromMs: start, overMs, objects, bytes }];
  return [...spans.slice(0, -1), { ...last, objects: last.objects + objects, bytes: last.bytes + bytes }];
}

function replaced(history: History, at: number, spans: readonly Span[]): History {
  return tiers.map((_, tier) => (tier === at ? spans : (history[tier] ?? [])));
}

function sumOf(spans: readonly Span[]): Pick<Span, "objects" | "bytes"> {
  return spans.reduce((sum, { objects, bytes }) => ({ objects: sum.objects + objects, bytes: sum.bytes + bytes }), {
    objects: 0,
    bytes: 0,
  });
}

function startOf(ms: number, spanMs: number): number {
  return ms - (ms % spanMs);
}
