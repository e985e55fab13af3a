import { type FaultCode, isFaultCode } from "../../domain/fault-codes.ts";
import type { FailedObject } from "../../domain/task.ts";
import type { FailurePage } from "../../ports/settle-ledger.ts";
import { jobKey } from "./keys.ts";
import { unpackFailures, unpackManifest } from "./manifest-codec.ts";
import { cutLine, cutRows } from "./row-codec.ts";
import type { RedisConnection } from "./scripts.ts";

const batchesAtOnce = 100;

interface Query {
  readonly code: FaultCode | undefined;
  readonly after: string | null;
  readonly limit: number;
}

/** Pages through the batches of failed objects; the cursor is a batch's sequence and how many of its objects were shown. */
export async function listFailures(redis: RedisConnection, jobId: string, query: Query): Promise<FailurePage> {
  const [sequence = 0, shown = 0] = (query.after ?? "").split(".").map(Number);
  const items: FailurePage["items"][number][] = [];
  let from = String(sequence);
  for (;;) {
    const range = ["WITHSCORES", "LIMIT", 0, batchesAtOnce] as const;
    const found = await redis.zrangebyscore(jobKey(jobId, "failed"), from, "+inf", ...range);
    for (let at = 0; at + 1 < found.length; at += 2) {
      const [member = "", score = ""] = [found[at], found[at + 1]];
      from = `(${score}`;
      const [code = "", id = ""] = member.split(" ");
      if (!isFaultCode(code) || (query.code !== undefined && query.code !== code)) continue;
      const objects = await readBatch(redis, jobId, id);
      for (const [place, object] of objects.entries()) {
        if (Number(score) === sequence && place < shown) continue;
        if (items.length === query.limit) return { items, next: `${score}.${place}`, end: `${score}.${place}` };
        items.push({ ...object, code });
      }
    }
    if (found.length < 2 * batchesAtOnce) return { items, next: null, end: behind(from) ?? query.after ?? start };
  }
}

/** The cursor behind all batches that are there. */
export async function endOfFailures(redis: RedisConnection, jobId: string): Promise<string> {
  const [, score] = await redis.zrevrange(jobKey(jobId, "failed"), 0, 0, "WITHSCORES");
  return score === undefined ? start : cursorBehind(score);
}

const start = "0.0";

/** Sequences only grow, so what comes next has a higher one than the last that was seen. */
function cursorBehind(score: string): string {
  return `${Number(score) + 1}.0`;
}

/** Behind the last batch that was looked at; undefined where there was none. */
function behind(from: string): string | undefined {
  return from.startsWith("(") ? cursorBehind(from.slice(1)) : undefined;
}

/** Empty for a batch that a retry has moved since. */
async function readBatch(redis: RedisConnection, jobId: string, id: string): Promise<readonly FailedObject[]> {
  const stored = await redis.hgetBuffer(jobKey(jobId, "batches"), id);
  if (stored === null) return [];
  const [header, body] = cutLine(stored);
  return header.startsWith("rows ") ? objectsOfRows(body) : unpackFailures(cutLine(body)[1]);
}

/** What `drop` in `library.lua` stores: rows, a line with `-`, then the task's manifest. */
function objectsOfRows(body: Buffer): readonly FailedObject[] {
  const { outcomes, rest } = cutRows(body);
  const { objects } = unpackManifest(cutLine(rest)[1]);
  return outcomes.flatMap((outcome) => {
    const object = objects[outcome.index];
    if (object === undefined || outcome.state !== "failed") return [];
    return [{ ...object, message: outcome.message, attempts: outcome.attempts, atMs: outcome.atMs }];
  });
}
