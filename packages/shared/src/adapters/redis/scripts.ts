import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Cluster, Redis } from "ioredis";
import { jobKeyNames, jobKeys } from "./keys.ts";

/** Either kind of connection: one server (or a sentinel's), or a cluster. */
export type RedisConnection = Redis | Cluster;

export interface Script {
  readonly source: string;
  readonly sha: string;
}

export type Argument = string | number | Buffer;
/** What a script answers, as bytes: text, whole numbers, nothing, or a list of these. */
export type Reply = Buffer | number | null | readonly Reply[];

/** Runs one step of a job; `more` are the keys beyond those that every step of a job gets. */
export type RunStep = (
  script: Script,
  jobId: string,
  args: readonly Argument[],
  more?: readonly string[],
) => Promise<Reply>;

const names = jobKeyNames.map((name) => name.toUpperCase()).join(", ");
const library = `local ${names} = unpack(KEYS, 1, ${jobKeyNames.length})
local TASK = KEYS[${jobKeyNames.length + 1}]
local FIRST_TASK = ${jobKeyNames.length + 1}
${read("library")}`;

/** A script of a job: `scripts/<name>.lua` behind the names of the job's keys and `library.lua`. */
export function jobScript(name: string): Script {
  return script(`${library}\n${read(name)}`);
}

/** A script that stands alone, with keys of its own. */
export function plainScript(name: string): Script {
  return script(read(name));
}

export function createRunStep(redis: RedisConnection): RunStep {
  return (script, jobId, args, more = []) => runScript(redis, script, [...jobKeys(jobId), ...more], args);
}

/** Runs a script by its digest; a server that does not know it (restarted, failed over) gets its source. */
export async function runScript(
  redis: RedisConnection,
  { source, sha }: Script,
  keys: readonly string[],
  args: readonly Argument[],
): Promise<Reply> {
  const rest = [keys.length, ...keys, ...args];
  try {
    // Redis answers nothing but bytes, whole numbers, null and lists of these to a script.
    return (await redis.callBuffer("EVALSHA", sha, ...rest)) as Reply;
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return (await redis.callBuffer("EVAL", source, ...rest)) as Reply;
  }
}

/** The reply as text; lists and nothing are empty. */
export function textOf(reply: Reply | undefined): string {
  if (typeof reply === "number") return String(reply);
  return Buffer.isBuffer(reply) ? reply.toString() : "";
}

export function listOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : [];
}

/** A flat list of fields and values, as `HGETALL` answers inside a script. */
export function fieldsOf(reply: Reply | undefined): ReadonlyMap<string, Buffer> {
  const list = listOf(reply);
  const fields = new Map<string, Buffer>();
  for (let at = 0; at + 1 < list.length; at += 2) {
    const value = list[at + 1];
    fields.set(textOf(list[at]), Buffer.isBuffer(value) ? value : Buffer.from(textOf(value)));
  }
  return fields;
}

function script(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}

function read(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), "utf8");
}
