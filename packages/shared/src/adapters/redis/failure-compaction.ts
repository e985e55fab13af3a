import { mergeBatches } from "../../domain/merge-batches.ts";
import type { Compaction, MergedBatch } from "../../ports/settle-ledger.ts";
import { failureBlob } from "./commit-arguments.ts";
import { jobKey } from "./keys.ts";
import { unpackFailures } from "./manifest-codec.ts";
import { cutLine } from "./row-codec.ts";
import { type Argument, jobScript, type RedisConnection, type RunStep, textOf } from "./scripts.ts";

const compact = jobScript("compact");
/** Batches that are looked at in one call, as far as they take no more than `mostBytes` together. */
const lookedAt = 500;
/** Of compressed batches: unpacked they take this process ten to twenty times as much for a moment. */
const mostBytes = 262_144;

interface Stored {
  /** `CODE id`, as the list of failures has it. */
  readonly member: string;
  readonly id: string;
  readonly code: string;
  readonly sequence: string;
  readonly objects: number;
  readonly tasks: number;
  readonly bytes: number;
  readonly packed: Buffer;
}

/** One step of compaction over the batches behind the last one that was looked at. */
export async function compactBatches(
  redis: RedisConnection,
  step: RunStep,
  jobId: string,
  { atLeast, limits, newId }: Compaction,
): Promise<readonly MergedBatch[]> {
  for (;;) {
    const mark = (await redis.hget(jobKey(jobId, "counts"), "compacted")) ?? "0";
    const fresh = await readFresh(redis, jobId, mark);
    if (fresh.length < Math.max(1, atLeast)) return [];
    const looked = await withinBytes(redis, jobId, fresh);
    const merges = mergeBatches(await readStored(redis, jobId, looked), limits).map((replaced) => {
      return { id: newId(), replaced, args: argumentsOf(replaced) };
    });
    const args = merges.flatMap(({ id, args: [code, ...rest] }) => [code ?? "", id, ...rest]);
    const answer = textOf(await step(compact, jobId, [mark, looked.at(-1)?.sequence ?? mark, ...args]));
    if (answer !== "done") return [];
    // Batches that are full already are passed over, for small ones may lie behind them.
    if (merges.length === 0) continue;
    return merges.map(({ id, replaced }) => ({ id, replaced: replaced.map((batch) => batch.id) }));
  }
}

type Entry = Pick<Stored, "member" | "id" | "code" | "sequence">;

async function readFresh(redis: RedisConnection, jobId: string, mark: string): Promise<readonly Entry[]> {
  const range = ["WITHSCORES", "LIMIT", 0, lookedAt] as const;
  const found = await redis.zrangebyscore(jobKey(jobId, "failed"), `(${mark}`, "+inf", ...range);
  const entries: Entry[] = [];
  for (let at = 0; at + 1 < found.length; at += 2) {
    const [member = "", sequence = ""] = [found[at], found[at + 1]];
    const [code = "", id = ""] = member.split(" ");
    entries.push({ member, id, code, sequence });
  }
  return entries;
}

/** The first of these, at least one, that take no more than `mostBytes` together. */
async function withinBytes(redis: RedisConnection, jobId: string, fresh: readonly Entry[]): Promise<readonly Entry[]> {
  const lengths = await Promise.all(fresh.map(({ id }) => redis.hstrlen(jobKey(jobId, "batches"), id)));
  let bytes = 0;
  const end = lengths.findIndex((length, at) => {
    bytes += length;
    return at > 0 && bytes > mostBytes;
  });
  return end === -1 ? fresh : fresh.slice(0, end);
}

/** Those that a retry has not moved meanwhile. */
async function readStored(
  redis: RedisConnection,
  jobId: string,
  entries: readonly Entry[],
): Promise<readonly Stored[]> {
  const values = await redis.hmgetBuffer(jobKey(jobId, "batches"), ...entries.map(({ id }) => id));
  return entries.flatMap((entry, at) => {
    const value = values[at];
    if (!Buffer.isBuffer(value)) return [];
    const [header, body] = cutLine(value);
    const [kind, objects = 0, tasks = 0] = header.split(" ").map((word, place) => (place === 0 ? word : Number(word)));
    if (kind !== "objects") return [];
    const [bytes, packed] = cutLine(body);
    return [{ ...entry, objects: Number(objects), tasks: Number(tasks), bytes: Number(bytes), packed }];
  });
}

/** Code, sequence, objects, tasks, blob, how many it replaces, these. The last one's sequence: a reader misses nothing. */
function argumentsOf(replaced: readonly Stored[]): readonly Argument[] {
  const objects = replaced.flatMap(({ packed }) => unpackFailures(packed));
  const tasks = replaced.reduce((sum, batch) => sum + batch.tasks, 0);
  const { code = "", sequence = "" } = replaced.at(-1) ?? {};
  const members = replaced.map(({ member }) => member);
  return [code, sequence, objects.length, tasks, failureBlob(objects, "for-long"), members.length, ...members];
}
