import { mergeBatches } from "../../domain/merge-batches.ts";
import type { Compaction, MergedBatch } from "../../ports/settle-ledger.ts";
import { failureBlob } from "./commit-arguments.ts";
import { cutLine } from "./failure-list.ts";
import { jobKey } from "./keys.ts";
import { unpackFailures } from "./manifest-codec.ts";
import { type Argument, jobScript, type RedisConnection, type RunStep, textOf } from "./scripts.ts";

const compact = jobScript("compact");
/** Batches that are looked at in one call: some hundred kilobytes. */
const lookedAt = 500;

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
  const mark = (await redis.hget(jobKey(jobId, "counts"), "compacted")) ?? "0";
  const range = ["WITHSCORES", "LIMIT", 0, lookedAt] as const;
  const found = await redis.zrangebyscore(jobKey(jobId, "failed"), `(${mark}`, "+inf", ...range);
  if (found.length < 2 * Math.max(1, atLeast)) return [];
  const merges = mergeBatches(await readStored(redis, jobId, found), limits).map((replaced) => {
    return { id: newId(), replaced, args: argumentsOf(replaced) };
  });
  const args = merges.flatMap(({ id, args: [code, ...rest] }) => [code ?? "", id, ...rest]);
  const answer = textOf(await step(compact, jobId, [mark, found.at(-1) ?? mark, ...args]));
  if (answer !== "done") return [];
  return merges.map(({ id, replaced }) => ({ id, replaced: replaced.map((batch) => batch.id) }));
}

/** Those that a retry has not moved meanwhile; `found`: member, sequence, member, sequence, … */
async function readStored(redis: RedisConnection, jobId: string, found: readonly string[]): Promise<readonly Stored[]> {
  const members = found.filter((_, at) => at % 2 === 0);
  const ids = members.map((member) => member.slice(member.indexOf(" ") + 1));
  const values = await redis.hmgetBuffer(jobKey(jobId, "batches"), ...ids);
  return members.flatMap((member, at) => {
    const value = values[at];
    if (!Buffer.isBuffer(value)) return [];
    const [header, body] = cutLine(value);
    const [kind, objects = 0, tasks = 0] = header.split(" ").map((word, place) => (place === 0 ? word : Number(word)));
    if (kind !== "objects") return [];
    const [bytes, packed] = cutLine(body);
    const code = member.slice(0, member.indexOf(" "));
    const sequence = found[2 * at + 1] ?? "";
    const numbers = { objects: Number(objects), tasks: Number(tasks), bytes: Number(bytes) };
    return [{ member, id: ids[at] ?? "", code, sequence, ...numbers, packed }];
  });
}

/** Code, sequence, objects, tasks, blob, how many it replaces, these. The last one's sequence: a reader misses nothing. */
function argumentsOf(replaced: readonly Stored[]): readonly Argument[] {
  const objects = replaced.flatMap(({ packed }) => unpackFailures(packed));
  const tasks = replaced.reduce((sum, batch) => sum + batch.tasks, 0);
  const { code = "", sequence = "" } = replaced.at(-1) ?? {};
  const members = replaced.map(({ member }) => member);
  return [code, sequence, objects.length, tasks, failureBlob(objects), members.length, ...members];
}
