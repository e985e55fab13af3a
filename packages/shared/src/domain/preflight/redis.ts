import { type Finding, failure, ok, warning } from "./line.ts";

/** What Redis says of itself. */
export interface RedisReading {
  /** `forbidden`: it does not show its settings, as managed services do not. */
  readonly settings: Readonly<Record<string, string>> | "forbidden";
  readonly usedBytes: number;
  /** `maxmemory`; 0: none set. */
  readonly maxBytes: number;
}

/** A ledger under its default marks takes about this much for a few jobs. */
const roomBytes = 256 * 1024 ** 2;

/** Judges whether Redis keeps what it is given, and has room for it. */
export function judgeRedis({ settings, usedBytes, maxBytes }: RedisReading): readonly Finding[] {
  const memory = judgeMemory(usedBytes, maxBytes);
  if (settings === "forbidden") {
    const cure = "See that its service provides appendonly yes, appendfsync everysec and maxmemory-policy noeviction.";
    return [warning("Redis does not show its settings.", cure), memory];
  }
  const found: Finding[] = [];
  if (settings["appendonly"] !== "yes") {
    found.push(failure("Redis has appendonly no: jobs are lost when it restarts.", cureOf("appendonly", "yes")));
  } else if (settings["appendfsync"] === "no") {
    const said = "Redis has appendfsync no: a power cut may lose more than the last second.";
    found.push(warning(said, cureOf("appendfsync", "everysec")));
  }
  const policy = settings["maxmemory-policy"];
  if (policy !== "noeviction") {
    const said = `Redis has maxmemory-policy ${policy ?? "unknown"}: when full it throws parts of jobs away.`;
    found.push(failure(said, cureOf("maxmemory-policy", "noeviction")));
  }
  return [...(found.length === 0 ? [ok("Redis keeps what it is given (AOF, noeviction).")] : found), memory];
}

function judgeMemory(usedBytes: number, maxBytes: number): Finding {
  const used = `${Math.round(usedBytes / 1024 ** 2)} MiB`;
  if (maxBytes === 0) return ok(`Redis uses ${used} and has no maxmemory.`);
  const said = `Redis uses ${used} of ${Math.round(maxBytes / 1024 ** 2)} MiB.`;
  const cure = "Give it more memory and maxmemory, or delete jobs that have ended.";
  if (usedBytes > 0.95 * maxBytes) return failure(said, cure);
  if (maxBytes - usedBytes < roomBytes) return warning(said, cure);
  return ok(said);
}

function cureOf(name: string, value: string): string {
  return `Set it: redis-cli CONFIG SET ${name} ${value}, and in redis.conf.`;
}
