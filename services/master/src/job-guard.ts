import type { Clock } from "@causeway/shared/ports/clock.ts";
import { tellTrouble, type TroubleParts } from "./tell-trouble.ts";

export interface JobGuard {
  /** Does one job's share of a duty; `otherwise` where that fails, or has failed a moment ago. */
  attempt<T>(jobId: string, act: () => Promise<T>, otherwise: T): Promise<T>;
}

const restMs = 5000;

/** Keeps one job's trouble from being that of all: it rests for a while and says why it does not get on. */
export function createJobGuard(parts: TroubleParts & { readonly clock: Clock }): JobGuard {
  const restUntilMs = new Map<string, number>();
  return {
    async attempt(jobId, act, otherwise) {
      if (parts.clock.monotonicMs() < (restUntilMs.get(jobId) ?? Number.NEGATIVE_INFINITY)) return otherwise;
      restUntilMs.delete(jobId);
      try {
        return await act();
      } catch (error) {
        restUntilMs.set(jobId, parts.clock.monotonicMs() + restMs);
        parts.log.warn({ jobId, err: error }, "a step of this job fails; it is tried again");
        await tellTrouble(jobId, error, parts);
        return otherwise;
      }
    },
  };
}
