/** Runs what it is given one at a time, in order. */
export type OneByOne = <T>(step: () => Promise<T>) => Promise<T>;

/** Makes a queue: a step that looks and then acts is not overtaken by another between the two. */
export function createQueue(): OneByOne {
  let last: Promise<unknown> = Promise.resolve();
  return (step) => {
    const mine = last.then(step, step);
    last = mine.catch(() => undefined);
    return mine;
  };
}
