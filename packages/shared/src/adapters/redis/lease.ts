import type { Clock } from "../../ports/clock.ts";
import type { Lease } from "../../ports/lease.ts";
import { leaseKey } from "./keys.ts";
import { plainScript, type RedisConnection, runScript } from "./scripts.ts";

const hold = plainScript("hold-lease");
const release = plainScript("release-lease");

/** A lease that was renewed so short a time ago, as a share of how long it lasts, is ours without asking: nobody can have it. */
const certainShare = 0.4;

/** Leases as `holder` sees them: keys that expire. */
export function createRedisLease(redis: RedisConnection, holder: string, clock: Pick<Clock, "monotonicMs">): Lease {
  /** By duty, the time just before it was last renewed. */
  const renewedAtMs = new Map<string, number>();
  return {
    async hold(duty, ttlMs, { signal }) {
      signal.throwIfAborted();
      const nowMs = clock.monotonicMs();
      if (nowMs - (renewedAtMs.get(duty) ?? Number.NEGATIVE_INFINITY) < ttlMs * certainShare) return true;
      const isOurs = (await untilAborted(runScript(redis, hold, [leaseKey(duty)], [holder, ttlMs]), signal)) === 1;
      if (isOurs) renewedAtMs.set(duty, nowMs);
      return isOurs;
    },
    async release(duty) {
      renewedAtMs.delete(duty);
      await runScript(redis, release, [leaseKey(duty)], [holder]);
    },
  };
}

/** Commands wait while Redis is away; whoever is told to stop need not wait with them. */
function untilAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    asked.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
