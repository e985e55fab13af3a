import type { Worker } from "bullmq";

/** The locks of the items that a consumer holds, and when each was last renewed. */
export interface Locks {
  /** Renews a new item's lock and keeps it renewed; false: it is lost already. `onLost`: called once when somebody else has it. */
  hold(id: string, token: string, onLost: () => void): Promise<boolean>;
  /** Gives what tells, whenever it is asked, whether the lock was renewed no longer ago than half of its duration. */
  freshness(id: string, token: string): () => boolean;
  drop(id: string, token: string): void;
  /** Stops renewing. */
  stop(): void;
}

export interface LockOptions {
  readonly lockDurationMs: number;
  readonly onTrouble: (error: unknown) => void;
}

interface Lock {
  readonly id: string;
  readonly token: string;
  readonly onLost: () => void;
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

  /** Answers those that somebody else has by now. The same item may come again under another token while an old one is held. */
  const renewTogether = async (locks: readonly Lock[]): Promise<readonly Lock[]> => {
    const startedAtMs = performance.now();
    const ids = locks.map(({ id }) => id);
    const tokens = locks.map(({ token }) => token);
    const lost = new Set(await worker.extendJobLocks(ids, tokens, options.lockDurationMs));
    for (const lock of locks) if (!lost.has(lock.id)) lock.renewedAtMs = startedAtMs;
    return locks.filter(({ id }) => lost.has(id));
  };
  /** BullMQ names what is lost by its id alone, so no call holds an id twice. */
  const renew = async (locks: readonly Lock[]): Promise<readonly Lock[]> => {
    const newest = new Map(locks.map((lock) => [lock.id, lock]));
    const older = locks.filter((lock) => newest.get(lock.id) !== lock);
    const lost = await renewTogether([...newest.values()]);
    return older.length === 0 ? lost : [...lost, ...(await renew(older))];
  };
  const renewAll = async (): Promise<void> => {
    for (const { id, token, onLost } of await renew([...held.values()])) {
      if (held.delete(nameOf(id, token))) onLost();
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
    async hold(id, token, onLost) {
      const lock: Lock = { id, token, onLost, renewedAtMs: -Infinity };
      held.set(nameOf(id, token), lock);
      let isOurs = false;
      try {
        isOurs = (await renew([lock])).length === 0;
      } finally {
        if (!isOurs) held.delete(nameOf(id, token));
      }
      return isOurs;
    },
    freshness(id, token) {
      // Made once: each write asks, and V8 looks a text that is made anew up in its table of names first.
      const name = nameOf(id, token);
      return () => {
        const lock = held.get(name);
        return lock !== undefined && performance.now() - lock.renewedAtMs < options.lockDurationMs / 2;
      };
    },
    drop: (id, token) => void held.delete(nameOf(id, token)),
    stop: () => clearInterval(timer),
  };
}

function nameOf(id: string, token: string): string {
  return `${id} ${token}`;
}
