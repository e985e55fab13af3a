import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { readPage } from "@causeway/dashboard/assets/page.ts";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { watchDurability } from "@causeway/shared/adapters/redis/durability.ts";
import { readRedis } from "@causeway/shared/adapters/redis/health.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { isOutage } from "@causeway/shared/adapters/redis/outage.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import { adoptConsole } from "@causeway/shared/platform/console.ts";
import { createLifecycle } from "@causeway/shared/platform/lifecycle.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createMetrics } from "@causeway/shared/platform/metrics.ts";
import { version } from "@causeway/shared/platform/version.ts";
import { createAddressRules } from "@causeway/shared/wiring/address-rules.ts";
import { openJournal } from "@causeway/shared/wiring/journal.ts";
import { trustedCertificates } from "@causeway/shared/wiring/network.ts";
import { readPrices } from "@causeway/shared/wiring/prices.ts";
import { createStoreOpener } from "@causeway/shared/wiring/stores.ts";
import { createApp } from "./app.ts";
import { blocksOf, journalKindOf, journalRulesOf, readApiConfig, storeRulesOf, webhooksOf } from "./config.ts";
import { createFleetMetrics } from "./fleet-metrics.ts";
import { createLedgerProbe } from "./ledger-probe.ts";

const config = readApiConfig(process);
const log = createLogger({ service: "api", level: config.LOG_LEVEL, version });
adoptConsole(log);
const lifecycle = createLifecycle(log, process);
const clock = createSystemClock();
const redis = connectRedis({ url: config.REDIS_URL, ca: trustedCertificates(config.CA_FILE), whileAway: "fail", log });
lifecycle.defer("redis", () => redis.disconnect());
watchDurability(redis, log);
const ledger = createRedisLedger(redis, { clock, holder: `${hostname()}-${process.pid}-${randomUUID()}` });
const metrics = createMetrics("api");
const journal = lifecycle.close(openJournal(journalRulesOf(config)));
const isLedgerReachable = createLedgerProbe(redis, isOutage, clock);
const ports = {
  jobs: ledger.jobs,
  history: ledger.history,
  removal: ledger.jobs,
  active: ledger.dispatch,
  failures: ledger.failures,
  shards: ledger.plans,
  workers: ledger.workers,
  journal,
  preflight: {
    opener: createStoreOpener(storeRulesOf(config)),
    blocks: blocksOf(config),
    canaryBucket: config.S3_CANARY_BUCKET,
    prices: readPrices(config.PRICES_FILE),
    readRedis: () => readRedis(redis),
    journal,
    journalKind: journalKindOf(config),
    host: hostname(),
    newProbeName: () => `.causeway-preflight-${randomUUID()}`,
  },
  lease: ledger.lease,
  seal: createSeal(config.SECRET_KEY),
  clock,
  newJobId: randomUUID,
  isLedgerReachable,
  meter: metrics,
  measureFleet: createFleetMetrics({
    active: ledger.dispatch,
    workers: ledger.workers,
    isLedgerReachable,
    meter: metrics,
    clock,
  }),
  metricsText: () => metrics.text(),
};
const rules = {
  addresses: createAddressRules(config.ALLOWED_ENDPOINTS),
  environmentPrefixes: config.CREDENTIALS_ENV_PREFIXES,
  webhooks: webhooksOf(config),
};
const app = await createApp(ports, {
  keys: config.API_KEYS,
  requestsPerSecond: config.API_REQUESTS_PER_SECOND,
  rules,
  version,
  page: readPage(),
  log,
});
const url = await app.listen({ host: config.API_HOST, port: config.API_PORT });
log.info({ url }, "listening");
await lifecycle.drain(() => app.close(), config.DRAIN_TIMEOUT_MS + 5_000);
