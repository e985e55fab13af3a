import type { FleetBudget } from "../../ports/fleet-budget.ts";
import { budgetKey } from "./keys.ts";
import { listOf, plainScript, type RedisConnection, runScript, textOf } from "./scripts.ts";

const leaseBudget = plainScript("lease-budget");

/** How long a lessee waits before it asks an empty budget again. */
const retryAfterMs = 50;
/** A budget that does not answer in this time is out of reach: the safe share is better than standing still. */
const answerWithinMs = 1000;

/** Budgets in Redis: one for all processes, by the server's own clock. */
export function createRedisFleetBudget(redis: RedisConnection): FleetBudget {
  return {
    async lease(name, wanted, allowance) {
      const { bytesPerSecond, requestsPerSecond } = allowance;
      const args = [wanted.bytes, bytesPerSecond, wanted.requests, requestsPerSecond];
      const asked = runScript(redis, leaseBudget, [budgetKey(name)], args);
      const [bytes, requests] = listOf(await inTime(asked)).map((figure) => Number(textOf(figure)));
      const granted = { bytes: bytes ?? 0, requests: requests ?? 0 };
      return granted.bytes + granted.requests > 0 ? { granted } : { retryAfterMs };
    },
  };
}

/** Commands wait while Redis is away. A grant that comes too late is lost, which errs on the slow side. */
function inTime<T>(asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error("the fleet's budget does not answer")), answerWithinMs);
    asked.then(resolve, reject).finally(() => clearTimeout(timeout));
  });
}
