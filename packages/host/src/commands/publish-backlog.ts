import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { version } from "@causeway/shared/platform/version.ts";
import { trustedCertificates } from "@causeway/shared/wiring/network.ts";
import { figuresOf, metricLine } from "../backlog/figures.ts";
import type { BacklogConfig } from "../config.ts";
import type { ExitCode, HostContext } from "../host-context.ts";

const everyMs = 60_000;

/** Prints the backlog's metrics once a minute until `stopping` is aborted. While Redis is away it waits. */
export async function publishBacklog(
  config: BacklogConfig,
  { say, stopping }: Pick<HostContext, "say" | "stopping">,
): Promise<ExitCode> {
  const log = createLogger({ service: "backlog", level: config.LOG_LEVEL, version });
  const ca = trustedCertificates(config.CA_FILE);
  const redis = connectRedis({ url: config.REDIS_URL, ca, whileAway: "wait", log });
  const ledger = createRedisLedger(redis, { clock: createSystemClock(), holder: "backlog" });
  try {
    while (!stopping.aborted) {
      const [jobs, workers] = await Promise.all([ledger.dispatch.active(), ledger.workers.list()]);
      const metric = { namespace: config.BACKLOG_NAMESPACE, fleet: config.BACKLOG_FLEET, atMs: Date.now() };
      say(metricLine(figuresOf(jobs, workers), metric));
      await sleep(everyMs, undefined, { signal: stopping }).catch(() => undefined);
    }
    return 0;
  } finally {
    redis.disconnect();
  }
}
