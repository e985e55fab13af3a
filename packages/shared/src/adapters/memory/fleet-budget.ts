import { take, type Bucket } from "../../domain/token-bucket.ts";
import type { Clock } from "../../ports/clock.ts";
import type { FleetBudget } from "../../ports/fleet-budget.ts";

/** How long a lessee waits before it asks an empty budget again. */
const retryAfterMs = 50;

/** A budget inside one process. */
export function createMemoryFleetBudget(clock: Clock): FleetBudget {
  const buckets = new Map<string, Bucket>();
  const lease = (bucketName: string, wanted: number, perSecond: number): number => {
    if (perSecond === 0 || wanted === 0) return wanted;
    const { bucket, taken } = take(buckets.get(bucketName), wanted, perSecond, clock.now());
    buckets.set(bucketName, bucket);
    return taken;
  };
  return {
    lease: async (name, wanted, allowance) => {
      const granted = {
        bytes: lease(`${name} bytes`, wanted.bytes, allowance.bytesPerSecond),
        requests: lease(`${name} requests`, wanted.requests, allowance.requestsPerSecond),
      };
      return granted.bytes + granted.requests > 0 ? { granted } : { retryAfterMs };
    },
  };
}
