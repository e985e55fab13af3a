/** Runs work on one key after the other; work on different keys does not wait for each other. */
export interface KeyLocks {
  run<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

export function createKeyLocks(): KeyLocks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run: async (name, work) => {
      const result = (tails.get(name) ?? Promise.resolve()).then(work);
      const tail = result.catch(() => undefined);
      tails.set(name, tail);
      try {
        return await result;
      } finally {
        if (tails.get(name) === tail) tails.delete(name);
      }
    },
  };
}
