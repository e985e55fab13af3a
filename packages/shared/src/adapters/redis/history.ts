import type { Span } from "../../domain/history.ts";
import type { Clock } from "../../ports/clock.ts";
import type { JobHistory } from "../../ports/job-history.ts";
import { createRunStep, fieldsOf, jobScript, listOf, type RedisConnection } from "./scripts.ts";

const history = jobScript("history");
const bucketMs = 10_000;
/** As `add_span` in `library.lua` writes it: seconds since 1970, objects, bytes. */
const layout = { objectsAt: 4, bytesAt: 10, size: 18 } as const;

export function createRedisHistory(redis: RedisConnection, clock: Clock): JobHistory {
  const step = createRunStep(redis);
  return {
    async spans(jobId) {
      const [rates, tiers] = listOf(await step(history, jobId, []));
      const coarsestFirst = [...fieldsOf(tiers)].sort(([one], [other]) => Number(other) - Number(one));
      const past = coarsestFirst.flatMap(([seconds, packed]) => unpacked(packed, Number(seconds) * 1000));
      // A bucket that a clock behind the others has filled is not history yet, and may be older than the newest that is.
      return [...past, ...recentSpans(fieldsOf(rates), clock.now())].sort((one, other) => one.fromMs - other.fromMs);
    },
  };
}

function unpacked(packed: Buffer, overMs: number): readonly Span[] {
  return Array.from({ length: packed.length / layout.size }, (_, index) => {
    const at = index * layout.size;
    return {
      fromMs: packed.readUInt32LE(at) * 1000,
      overMs,
      objects: packed.readUIntLE(at + layout.objectsAt, 6),
      bytes: packed.readDoubleLE(at + layout.bytesAt),
    };
  });
}

/** What is not history yet: `BUCKET:objects`, `BUCKET:bytes`. */
function recentSpans(rates: ReadonlyMap<string, Buffer>, nowMs: number): readonly Span[] {
  const sums = new Map<number, { objects: number; bytes: number }>();
  for (const [field, value] of rates) {
    const [bucket = "", what] = field.split(":");
    const sum = sums.get(Number(bucket)) ?? { objects: 0, bytes: 0 };
    sums.set(Number(bucket), { ...sum, [what === "bytes" ? "bytes" : "objects"]: Number(value.toString()) });
  }
  return [...sums]
    .sort(([one], [other]) => one - other)
    .map(([bucket, sum]) => {
      const fromMs = bucket * bucketMs;
      return { fromMs, overMs: Math.min(bucketMs, Math.max(1000, nowMs - fromMs)), ...sum };
    });
}
