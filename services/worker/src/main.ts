import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { createTaskConsumer } from "@causeway/shared/adapters/bullmq/consumer.ts";
import { checksums } from "@causeway/shared/adapters/crc64/checksums.ts";
import { chooseCrc64 } from "@causeway/shared/adapters/crc64/crc64.ts";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisFleetBudget } from "@causeway/shared/adapters/redis/fleet-budget.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createBusyShare } from "@causeway/shared/adapters/system/busy-share.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import { watchSpotNotice } from "@causeway/shared/adapters/system/spot-notice.ts";
import { serveHealth } from "@causeway/shared/platform/health.ts";
import { beginYoung, collectEarly } from "@causeway/shared/platform/heap.ts";
import { adoptConsole } from "@causeway/shared/platform/console.ts";
import { createLifecycle } from "@causeway/shared/platform/lifecycle.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createMetrics } from "@causeway/shared/platform/metrics.ts";
import { version } from "@causeway/shared/platform/version.ts";
import { openJournal } from "@causeway/shared/wiring/journal.ts";
import { trustedCertificates } from "@causeway/shared/wiring/network.ts";
import { createStoreOpener } from "@causeway/shared/wiring/stores.ts";
import { withSourceMetering, withTargetMetering } from "@causeway/shared/wrappers/metering.ts";
import { withTunnelMetering } from "@causeway/shared/wrappers/tunnel-metering.ts";
import { withSourceRateLimit, withTargetRateLimit } from "@causeway/shared/wrappers/rate-limit.ts";
import { openTunnelLink } from "@causeway/tunnel/link/tunnel-link.ts";
import {
  identityOf,
  journalRulesOf,
  linkOf,
  pathLimitsOf,
  processPlanOf,
  readWorkerConfig,
  storeRulesOf,
} from "./config.ts";
import { withHold } from "./hold-guard.ts";
import { createLimiters } from "./limiters.ts";
import { runProcesses } from "./processes.ts";
import { createWorkerService } from "./service.ts";

const config = readWorkerConfig(process);
const log = createLogger({ service: "worker", level: config.LOG_LEVEL, version });
adoptConsole(log);
watchSpotNotice({ url: config.SPOT_NOTICE_URL, log, onNotice: () => process.kill(process.pid, "SIGTERM") });
await runProcesses(processPlanOf(config), process, log);
collectEarly();
beginYoung();
const onExit = createLifecycle(log, process);
const clock = createSystemClock();
const meter = createMetrics("worker");
const identity = identityOf(config, { host: hostname(), pid: process.pid, nonce: randomBytes(4).toString("hex") });
const redis = connectRedis({ url: config.REDIS_URL, ca: trustedCertificates(config.CA_FILE), whileAway: "wait", log });
onExit.defer("redis", () => redis.disconnect());
const ledger = createRedisLedger(redis, { clock, holder: identity.id });
const stores = createStoreOpener(storeRulesOf(config));
const limiters = createLimiters({
  budget: createRedisFleetBudget(redis),
  workers: ledger.workers,
  pathLimits: pathLimitsOf(config),
  clock,
  meter,
});
const worker = createWorkerService({
  identity,
  ledger,
  workers: ledger.workers,
  consumer: createTaskConsumer(redis, { concurrency: config.WORKER_TASK_CONCURRENCY, log }),
  journal: onExit.close(openJournal(journalRulesOf(config))),
  link: linkOf(config, (socket) => withTunnelMetering(openTunnelLink(socket), meter)),
  seal: createSeal(config.SECRET_KEY),
  openStores: (job, credentials) => {
    const brakes = limiters.of(job);
    const metered = withSourceMetering(stores.source(job.spec.source, credentials.source), meter, clock);
    const source = withSourceRateLimit(metered, brakes);
    const target = withTargetMetering(stores.target(job.spec.target, credentials.target), meter, clock);
    return {
      source,
      targetFor: (mayWrite) => withTargetRateLimit(withHold(target, mayWrite), brakes),
      unlimited: { source: metered, target },
      close: async () => void (await Promise.all([source.close(), target.close()])),
    };
  },
  checksums,
  clock,
  meter,
  log,
  connections: config.WORKER_CONNECTIONS,
  memoryBytes: config.WORKER_MEMORY_BYTES,
  busyShare: createBusyShare(),
  drainTimeoutMs: config.DRAIN_TIMEOUT_MS,
  ledgerObstacle: () => (redis.status === "ready" ? undefined : "Redis does not answer."),
});
meter.beforeText(() => worker.measure());
const health = await serveHealth({
  host: config.HEALTH_HOST,
  port: config.HEALTH_PORT,
  obstacles: () => worker.obstacles(),
  metrics: meter,
});
onExit.close(health);
log.info({ url: health.url, worker: identity.id }, "health and metrics are served");
const crc64Engine = chooseCrc64(config.CRC64_ENGINE);
meter.gauge("migration_crc64_engine", { engine: crc64Engine }, 1);
log.info({ crc64: crc64Engine }, "this computes CRC-64");
worker.start();
// Beyond the drain: the time to hand back what it did not finish.
await onExit.drain(() => worker.stop(), config.DRAIN_TIMEOUT_MS + 5_000);
