import type { Clock } from "../../../ports/clock.ts";
import type { Lease } from "../../../ports/lease.ts";
import { type WorkerRecord, type WorkerRegistry, workerTtlMs } from "../../../ports/worker-registry.ts";

/** Who holds which duty until when: shared by the leases of several holders. */
export type Duties = Map<string, { readonly holder: string; readonly untilMs: number }>;

/** A lease as one holder sees it. */
export function createMemoryLease(duties: Duties, holder: string, clock: Clock): Lease {
  return {
    async hold(duty, ttlMs, { signal }) {
      signal.throwIfAborted();
      const present = duties.get(duty);
      if (present !== undefined && present.holder !== holder && present.untilMs > clock.now()) return false;
      duties.set(duty, { holder, untilMs: clock.now() + ttlMs });
      return true;
    },
    async release(duty) {
      if (duties.get(duty)?.holder === holder) duties.delete(duty);
    },
  };
}

export function createMemoryWorkers(clock: Clock): WorkerRegistry {
  const records = new Map<string, { readonly record: WorkerRecord; readonly beatMs: number }>();
  return {
    async beat(record) {
      records.set(record.id, { record, beatMs: clock.now() });
    },
    async leave(id) {
      records.delete(id);
    },
    async list() {
      for (const [id, { beatMs }] of records) if (clock.now() - beatMs >= workerTtlMs) records.delete(id);
      return [...records.values()].map(({ record }) => record);
    },
  };
}
