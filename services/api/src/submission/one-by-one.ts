import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Lease } from "@causeway/shared/ports/lease.ts";

/** Runs what it is given one at a time, over all APIs of the fleet. */
export type OneByOne = <T>(step: () => Promise<T>) => Promise<T>;

const duty = "submit";
/** A step takes milliseconds; an API that dies in one blocks the others for as long as this. */
const leaseMs = 5000;
const pauseMs = 20;

/** Makes a queue: a step that looks and then acts is not overtaken by another between the two, here or in another API. */
export function createOneByOne(lease: Lease, clock: Clock): OneByOne {
  let last: Promise<unknown> = Promise.resolve();
  return (step) => {
    const mine = last.then(() => underLease(step));
    last = mine.catch(() => undefined);
    return mine;
  };

  async function underLease<T>(step: () => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(2 * leaseMs);
    while (!(await lease.hold(duty, leaseMs, { signal }))) await clock.sleep(pauseMs, { signal });
    try {
      return await step();
    } finally {
      await lease.release(duty);
    }
  }
}
