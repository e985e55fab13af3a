import type { Clock } from "../../ports/clock.ts";
import type { Ledger } from "../../ports/ledger.ts";
import { createRedisDispatch } from "./dispatch.ts";
import { createRedisDropped } from "./dropped.ts";
import { createRedisFailures } from "./failures.ts";
import { createRedisHistory } from "./history.ts";
import { createJobIndex } from "./job-index.ts";
import { createRedisJobs } from "./jobs.ts";
import { createRedisLease } from "./lease.ts";
import { createRedisNotices } from "./notices.ts";
import { createRedisPlans } from "./plans.ts";
import type { RedisConnection } from "./scripts.ts";
import { createRedisSettling } from "./settling.ts";
import { createRedisSilences } from "./silences.ts";
import { createRedisSpreads } from "./spreads.ts";
import { createRedisTasks } from "./tasks.ts";
import { createRedisUploads } from "./uploads.ts";
import { createRedisWorkers } from "./worker-registry.ts";

export interface RedisLedgerOptions {
  readonly clock: Clock;
  /** In whose name leases are held: one for each process. */
  readonly holder: string;
}

/** The ledger in Redis. Every step is one script; the keys are described in docs/data-model.md. */
export function createRedisLedger(redis: RedisConnection, { clock, holder }: RedisLedgerOptions): Ledger {
  const index = createJobIndex(redis);
  return {
    jobs: createRedisJobs(redis, index, clock),
    history: createRedisHistory(redis, clock),
    plans: createRedisPlans(redis),
    silences: createRedisSilences(redis, clock),
    dispatch: createRedisDispatch(redis, index, clock),
    tasks: createRedisTasks(redis, clock),
    spreads: createRedisSpreads(redis, clock),
    uploads: createRedisUploads(redis),
    failures: createRedisFailures(redis, index),
    settling: createRedisSettling(redis, index, clock),
    dropped: createRedisDropped(redis),
    notices: createRedisNotices(redis, index, clock),
    lease: createRedisLease(redis, holder, clock),
    workers: createRedisWorkers(redis, clock),
  };
}
