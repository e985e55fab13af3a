import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { createShardConsumer } from "@causeway/shared/adapters/bullmq/consumer.ts";
import { createShardQueue, createTaskQueue } from "@causeway/shared/adapters/bullmq/queue.ts";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { watchDurability } from "@causeway/shared/adapters/redis/durability.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import { createWebhook } from "@causeway/shared/adapters/webhook/webhook.ts";
import { serveHealth } from "@causeway/shared/platform/health.ts";
import { beginYoung } from "@causeway/shared/platform/heap.ts";
import { adoptConsole } from "@causeway/shared/platform/console.ts";
import { createLifecycle } from "@causeway/shared/platform/lifecycle.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createMetrics } from "@causeway/shared/platform/metrics.ts";
import { version } from "@causeway/shared/platform/version.ts";
import { openJournal } from "@causeway/shared/wiring/journal.ts";
import { trustedCertificates } from "@causeway/shared/wiring/network.ts";
import { createStoreOpener } from "@causeway/shared/wiring/stores.ts";
import { withSourceMetering, withTargetMetering } from "@causeway/shared/wrappers/metering.ts";
import { journalRulesOf, masterSettingsOf, readMasterConfig, storeRulesOf, webhookRulesOf } from "./config.ts";
import { createMaster } from "./master.ts";

beginYoung();
const config = readMasterConfig(process);
const log = createLogger({ service: "master", level: config.LOG_LEVEL, version });
adoptConsole(log);
const onExit = createLifecycle(log, process);
const clock = createSystemClock();
const meter = createMetrics("master");
const newId = () => randomBytes(16).toString("hex");
const ca = trustedCertificates(config.CA_FILE);
const redis = connectRedis({ url: config.REDIS_URL, ca, whileAway: "wait", log });
onExit.defer("redis", () => redis.disconnect());
watchDurability(redis, log);
const ledger = createRedisLedger(redis, { clock, holder: `${hostname()}-${process.pid}-${newId()}` });
const stores = createStoreOpener(storeRulesOf(config));
const master = createMaster({
  ledger,
  tasks: onExit.close(createTaskQueue(redis, log)),
  shards: onExit.close(createShardQueue(redis, log)),
  shardConsumer: createShardConsumer(redis, { concurrency: config.MASTER_LISTERS, log }),
  journal: onExit.close(openJournal(journalRulesOf(config))),
  openStores: (spec, credentials) => ({
    source: withSourceMetering(stores.source(spec.source, credentials.source), meter, clock),
    target: withTargetMetering(stores.target(spec.target, credentials.target), meter, clock),
  }),
  seal: createSeal(config.SECRET_KEY),
  webhook: createWebhook({ ...webhookRulesOf(config), ca, userAgent: `causeway/${version}`, clock }),
  clock,
  meter,
  log,
  newId,
  settings: masterSettingsOf(config, hostname()),
});
const health = await serveHealth({
  host: config.HEALTH_HOST,
  port: config.HEALTH_PORT,
  obstacles: () => master.obstacles(),
  metrics: meter,
});
onExit.close(health);
log.info({ url: health.url }, "health and metrics are served");
master.start();
await onExit.drain(() => master.stop(), 15_000);
