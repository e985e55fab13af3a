import { Cluster, type Redis } from "ioredis";
import type { RedisReading } from "../../domain/preflight/redis.ts";
import { settingsOf } from "./durability.ts";
import type { RedisConnection } from "./scripts.ts";

/** Asks every server for what it keeps and how full it is. */
export async function readRedis(redis: RedisConnection): Promise<readonly RedisReading[]> {
  const servers = redis instanceof Cluster ? redis.nodes("master") : [redis];
  return Promise.all(servers.map(readServer));
}

async function readServer(server: Redis): Promise<RedisReading> {
  const [settings, memory] = await Promise.all([settingsOf(server), server.info("memory")]);
  const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(memory)?.[1] ?? 0);
  return {
    settings: settings === "forbidden" ? settings : Object.fromEntries(settings),
    usedBytes: number("used_memory"),
    maxBytes: number("maxmemory"),
  };
}
