import { Redis } from "ioredis";

/** Where a connection says how it fares; a pino logger is one. */
export interface ConnectionLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ConnectOptions {
  /** `redis://` or `rediss://` (TLS), with user and password in it where needed. */
  readonly url: string;
  /**
   * What a command does while Redis is away: `wait` for it (masters and workers, whose steps may come late), or `fail`
   * at once (the API, which then answers 503).
   */
  readonly whileAway: "wait" | "fail";
  readonly log: ConnectionLog;
}

/** Connects, and keeps trying for as long as Redis is away, also at start: it says so in the log and goes on. */
export function connectRedis({ url, whileAway, log }: ConnectOptions): Redis {
  const redis = new Redis(url, {
    // BullMQ's consumers require null; commands then wait for a connection instead of failing after 20 tries.
    maxRetriesPerRequest: null,
    enableOfflineQueue: whileAway === "wait",
    retryStrategy: (times) => Math.min(5000, 100 * 2 ** Math.min(times, 6)),
  });
  const where = withoutSecrets(url);
  let away: "unknown" | "said" = "unknown";
  redis.on("ready", () => {
    away = "unknown";
    log.info({ redis: where }, "connected to Redis");
  });
  redis.on("error", (error: Error) => {
    if (away === "said") return;
    away = "said";
    log.warn({ redis: where, reason: error.message }, "Redis does not answer; trying on");
  });
  return redis;
}

function withoutSecrets(url: string): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.host}`;
}
