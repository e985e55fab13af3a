import type { Chunks } from "../../ports/object-source.ts";

/**
 * The chunks of a generator whose end gives something back, also where nobody asked for the first of them: a generator that
 * was never begun does not run its own `finally`, so `leave` is called in its place.
 */
export function leavable(chunks: AsyncGenerator<Uint8Array, void, undefined>, leave: () => void): Chunks {
  let isUntouched = true;
  const iterator: AsyncIterator<Uint8Array, void, undefined> = {
    next: () => {
      isUntouched = false;
      return chunks.next();
    },
    return: () => {
      if (isUntouched) leave();
      isUntouched = false;
      return chunks.return();
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
