import type { Clock } from "@causeway/shared/ports/clock.ts";

/** What of a Redis connection the probe needs. */
export interface Probed {
  readonly status: string;
  ping(): Promise<unknown>;
}

/** A Redis that is connected and silent is as good as away. */
const patienceMs = 1000;

/**
 * Makes the question whether the ledger answers just now; it never throws and never waits for long. `isOutage` knows the
 * failures of calls that came in an outage, which may be over, or of another server of a cluster than the one that answers.
 */
export function createLedgerProbe(
  connection: Probed,
  isOutage: (failure: unknown) => boolean,
  clock: Clock,
): (failure?: unknown) => Promise<boolean> {
  return async (failure) => {
    if (isOutage(failure) || connection.status !== "ready") return false;
    const answered = new AbortController();
    const pong = connection.ping().then(
      () => true,
      () => false,
    );
    const tooLate = clock.sleep(patienceMs, { signal: answered.signal }).then(
      () => false,
      () => false,
    );
    const reachable = await Promise.race([pong, tooLate]);
    answered.abort();
    return reachable;
  };
}
