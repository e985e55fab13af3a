import type { Worker } from "bullmq";

/** The locks of the items that a consumer holds, and when each was last renewed. */
export interface Locks {
  /** Renews a new item's lock and keeps it renewed; false: it is lost already. */
  hold(id: string, token: string): Promise<boolean>;
  /** Whether the lock was renewed no longer ago than half of its duration. */
  isFresh(id: string, token: string): boolean;
  drop(id: string, token: string): void;
  /** Stops renewing. */
  stop(): void;
}

export interface LockOptions {
  readonly lockDurationMs: number;
  /** Called once for a lock that somebody else has by now. */
  readonly onLost: (id: string) => void;
  readonly onTrouble: (error: unknown) => void;
}

interface Lock {
  readonly id: string;
  readonly token: string;
  /** Monotonic time just before the last renewal that succeeded: from then on the lock lives its full duration. */
  renewedAtMs: number;
}

/** Renewals run this often within a lock's duration. */
const renewalsPerDuration = 4;

/**
 * Renews locks itself rather than leaving it to BullMQ, which does not tell when it did: after a stop of the process
 * (SIGSTOP, a frozen machine) the lock may be somebody else's, and only the time of the last renewal shows it at once.
 */
export function createLocks(worker: Pick<Worker, "extendJobLocks">, options: LockOptions): Locks {
  const held = new Map<string, Lock>();

  const renew = async (locks: readonly Lock[]): Promise<ReadonlySet<string>> => {
    const startedAtMs = performance.now();
    const ids = locks.map(({ id }) => id);
    const tokens = locks.map(({ token }) => token);
    const lost = new Set(await worker.extendJobLocks(ids, tokens, options.lockDurationMs));
    for (const lock of locks) if (!lost.has(lock.id)) lock.renewedAtMs = startedAtMs;
    return lost;
  };
  const renewAll = async (): Promise<void> => {
    const locks = [...held.values()];
    const lost = await renew(locks);
    for (const lock of locks) {
      if (lost.has(lock.id) && held.delete(nameOf(lock.id, lock.token))) options.onLost(lock.id);
    }
  };
  let isRenewing = false;
  const timer = setInterval(() => {
    if (held.size === 0 || isRenewing) return;
    isRenewing = true;
    void renewAll()
      .catch(options.onTrouble)
      .finally(() => {
        isRenewing = false;
      });
  }, options.lockDurationMs / renewalsPerDuration);

  return {
    async hold(id, token) {
      const lock: Lock = { id, token, renewedAtMs: -Infinity };
      held.set(nameOf(id, token), lock);
      const lost = await renew([lock]);
      if (!lost.has(id)) return true;
      held.delete(nameOf(id, token));
      return false;
    },
    isFresh(id, token) {
      const lock = held.get(nameOf(id, token));
      return lock !== undefined && performance.now() - lock.renewedAtMs < options.lockDurationMs / 2;
    },
    drop: (id, token) => void held.delete(nameOf(id, token)),
    stop: () => clearInterval(timer),
  };
}

function nameOf(id: string, token: string): string {
  return `${id} ${token}`;
}
