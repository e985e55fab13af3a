import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { ListRequest, ObjectSource, Signalled } from "@causeway/shared/ports/object-source.ts";

type Listing = Pick<ObjectSource, "listPage">;

/** How many pages are asked of one job's source at once: half as many when it throttles, then by and by more again. */
export interface ListingPace {
  /** The same source; its pages wait for their turn. */
  paced(source: Listing): Listing;
  /** Pages that may be under way now. */
  limit(): number;
}

/** Refusals of requests that were under way together are one. */
const oneRefusalMs = 1000;

export function createListingPace(most: number, clock: Clock): ListingPace {
  let limit = most;
  let answeredSince = 0;
  let halvedMs = Number.NEGATIVE_INFINITY;
  const turns = createTurns(() => limit);

  function throttled(): void {
    answeredSince = 0;
    if (clock.monotonicMs() - halvedMs < oneRefusalMs) return;
    halvedMs = clock.monotonicMs();
    limit = Math.max(1, Math.floor(limit / 2));
  }

  /** As many answers as may be under way bring one more. */
  function answered(): void {
    answeredSince += 1;
    if (limit >= most || answeredSince < limit) return;
    answeredSince = 0;
    limit += 1;
  }

  return {
    paced: (source) => ({
      async listPage(request: ListRequest, options: Signalled) {
        await turns.take(options);
        const giveBack = once(() => turns.giveBack());
        const { onLast } = request;
        // The answer is there: while it is read, the next page of the same shard may be asked for in its place.
        const onLastHere = (last: string): void => {
          giveBack();
          onLast?.(last);
        };
        try {
          const page = await source.listPage(
            onLast === undefined ? request : { ...request, onLast: onLastHere },
            options,
          );
          answered();
          return page;
        } catch (error) {
          if (error instanceof Fault && error.kind === "throttled") throttled();
          throw error;
        } finally {
          giveBack();
        }
      },
    }),
    limit: () => limit,
  };
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** Lets `limit()` go ahead at once, the others in the order they came. */
function createTurns(limit: () => number) {
  let taken = 0;
  const waiting = new Set<() => void>();

  function next(): void {
    for (const go of waiting) {
      if (taken >= limit()) return;
      waiting.delete(go);
      taken += 1;
      go();
    }
  }

  return {
    async take({ signal }: Signalled): Promise<void> {
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const leave = (): void => {
          waiting.delete(go);
          reject(signal.reason);
        };
        const go = (): void => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.add(go);
        next();
      });
    },
    giveBack(): void {
      taken -= 1;
      next();
    },
  };
}

/** The paces of all jobs; forgotten are those that were not asked for longest. */
export interface ListingPaces {
  paced(jobId: string, source: Listing): Listing;
  /** How many listings at once the job's source bears. */
  bears(jobId: string): number;
}

/** Jobs whose paces are remembered. */
const mostPaces = 1000;

export function createListingPaces(most: number, clock: Clock): ListingPaces {
  const paces = new Map<string, ListingPace>();
  const paceOf = (jobId: string): ListingPace => {
    const pace = paces.get(jobId) ?? createListingPace(most, clock);
    paces.delete(jobId);
    paces.set(jobId, pace);
    const [oldest] = paces.keys();
    if (paces.size > mostPaces && oldest !== undefined) paces.delete(oldest);
    return pace;
  };
  return {
    paced: (jobId, source) => paceOf(jobId).paced(source),
    bears: (jobId) => paceOf(jobId).limit(),
  };
}
