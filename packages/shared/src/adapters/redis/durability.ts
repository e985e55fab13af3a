import { Cluster, type Redis } from "ioredis";
import type { ConnectionLog } from "./connect.ts";
import type { RedisConnection } from "./scripts.ts";

/** What the ledger's promises rest on: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
const needs: readonly { readonly name: string; readonly good: readonly string[]; readonly why: string }[] = [
  { name: "appendonly", good: ["yes"], why: "jobs are lost when Redis restarts" },
  { name: "appendfsync", good: ["everysec", "always"], why: "a power cut may lose more than the last second" },
  { name: "maxmemory-policy", good: ["noeviction"], why: "a full Redis throws parts of jobs away instead of refusing" },
];

/** Looks once, when Redis is there, whether it keeps what it is given; says in the log what to set where it does not. */
export function watchDurability(redis: RedisConnection, log: ConnectionLog): void {
  const look = (): void => {
    void check(redis, log).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ reason }, "the settings of Redis could not be read");
    });
  };
  if (redis.status === "ready") look();
  else redis.once("ready", look);
}

async function check(redis: RedisConnection, log: ConnectionLog): Promise<void> {
  const servers = redis instanceof Cluster ? redis.nodes("master") : [redis];
  for (const server of servers) {
    const settings = await settingsOf(server);
    if (settings === "forbidden") {
      const advice = `see that its service provides ${needs.map(({ name, good }) => `${name} ${good[0] ?? ""}`).join(", ")}`;
      log.info({}, `Redis does not show its settings (managed services forbid CONFIG): ${advice}`);
      return;
    }
    for (const { name, good, why } of needs) {
      const found = settings.get(name);
      // Without AOF there is nothing that appendfsync would be about.
      const isMoot = name === "appendfsync" && settings.get("appendonly") !== "yes";
      if (found === undefined || good.includes(found) || isMoot) continue;
      const cure = `redis-cli CONFIG SET ${name} ${good[0] ?? ""}, and "${name} ${good[0] ?? ""}" in redis.conf`;
      log.warn({ setting: name, found }, `Redis has ${name} ${found}: ${why}. Set it: ${cure}`);
    }
  }
}

/** What of its settings matters to us. */
export async function settingsOf(server: Redis): Promise<ReadonlyMap<string, string> | "forbidden"> {
  const settings = new Map<string, string>();
  for (const { name } of needs) {
    try {
      // CONFIG GET answers a flat list of names and values.
      const [, value] = (await server.config("GET", name)) as readonly string[];
      if (value !== undefined) settings.set(name, value);
    } catch (error) {
      if (error instanceof Error && /unknown command|NOPERM|not allowed|forbidden/i.test(error.message)) {
        return "forbidden";
      }
      throw error;
    }
  }
  return settings;
}
