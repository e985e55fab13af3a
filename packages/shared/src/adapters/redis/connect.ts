import { Cluster, Redis } from "ioredis";
import { parseRedisUrl, type RedisPlace } from "./connect-string.ts";
import type { RedisConnection } from "./scripts.ts";

/** Where a connection says how it fares; a pino logger is one. */
export interface ConnectionLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ConnectOptions {
  /** A connect string: see `connect-string.ts`. */
  readonly url: string;
  /** PEM certificates to trust instead of Node's, for TLS. */
  readonly ca?: string | undefined;
  /**
   * What a command does while Redis is away: `wait` for it (masters and workers, whose steps may come late), or `fail`
   * at once (the API, which then answers 503).
   */
  readonly whileAway: "wait" | "fail";
  readonly log: ConnectionLog;
}

/**
 * Connects, and keeps trying for as long as Redis is away, also at start: it says so in the log and goes on. Throws a
 * TypeError where the connect string is wrong; the settings have checked it before.
 */
export function connectRedis({ url, ca, whileAway, log }: ConnectOptions): RedisConnection {
  const parsed = parseRedisUrl(url);
  if ("fault" in parsed) throw new TypeError(`the connect string of Redis ${parsed.fault}`);
  const { place } = parsed;
  const redis = open(place, ca, whileAway);
  let away: "unknown" | "said" = "unknown";
  redis.on("ready", () => {
    away = "unknown";
    log.info({ redis: place.shown }, "connected to Redis");
  });
  const sayAway = (reason: string): void => {
    if (away === "said") return;
    away = "said";
    log.warn({ redis: place.shown, reason }, "Redis does not answer; trying on");
  };
  redis.on("error", (error: Error) => sayAway(error.message));
  // A cluster tells of its nodes' errors apart, and of some ends of connections there is no error at all.
  redis.on("node error", (error: Error) => sayAway(error.message));
  redis.on("reconnecting", () => sayAway("the connection was closed"));
  return redis;
}

function open(place: RedisPlace, ca: string | undefined, whileAway: "wait" | "fail"): RedisConnection {
  const enableOfflineQueue = whileAway === "wait";
  const { username, password } = place;
  const tls = place.tls ? { tls: ca === undefined ? {} : { ca } } : {};
  const common = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
    // BullMQ's consumers require null; commands then wait for a connection instead of failing after 20 tries.
    maxRetriesPerRequest: null,
  };
  const single = { ...common, enableOfflineQueue, retryStrategy: waitMs };
  switch (place.kind) {
    case "server":
      return new Redis({ ...single, ...place.node, db: place.db });
    case "socket":
      return new Redis({ ...single, path: place.path, db: place.db });
    case "sentinel": {
      const { nodes, master, db, sentinelPassword } = place;
      return new Redis({
        ...single,
        db,
        sentinels: [...nodes],
        name: master,
        sentinelRetryStrategy: waitMs,
        // The sentinels and the server speak TLS alike or not at all.
        ...(place.tls ? { enableTLSForSentinelMode: true, sentinelTLS: ca === undefined ? {} : { ca } } : {}),
        ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      });
    }
    case "cluster":
      return new Cluster([...place.nodes], {
        redisOptions: common,
        enableOfflineQueue,
        clusterRetryStrategy: waitMs,
        ...(whileAway === "wait" ? { maxRedirections: patientTries } : {}),
        // Certificates are for names: where nodes are named, the names are what to connect to.
        ...(place.tls ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
      });
    default:
      return place satisfies never;
  }
}

/** A failover answers a command's tries, one each 100 ms, with refusals: five minutes of them. */
const patientTries = 3000;

function waitMs(times: number): number {
  return Math.min(5000, 100 * 2 ** Math.min(times, 6));
}
