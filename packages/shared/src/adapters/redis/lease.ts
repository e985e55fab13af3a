import { setTimeout as sleep } from "node:timers/promises";
import type { Lease } from "../../ports/lease.ts";
import { leaseKey } from "./keys.ts";
import { plainScript, type RedisConnection, runScript } from "./scripts.ts";

const hold = plainScript("hold-lease");
const release = plainScript("release-lease");

/** Leases as `holder` sees them: keys that expire. */
export function createRedisLease(redis: RedisConnection, holder: string): Lease {
  return {
    async hold(duty, ttlMs, { signal }) {
      signal.throwIfAborted();
      const asked = runScript(redis, hold, [leaseKey(duty)], [holder, ttlMs]);
      return (await untilAborted(asked, signal)) === 1;
    },
    async release(duty) {
      await runScript(redis, release, [leaseKey(duty)], [holder]);
    },
  };
}

/** Commands wait while Redis is away; whoever is told to stop need not wait with them. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const aborted = sleep(2 ** 31 - 1, undefined, { signal: AbortSignal.any([signal, done.signal]), ref: false }).then(
    () => promise,
    () => {
      signal.throwIfAborted();
      return promise;
    },
  );
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    done.abort();
  }
}
