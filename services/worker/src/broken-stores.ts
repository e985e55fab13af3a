import type { Fault } from "@causeway/shared/domain/fault.ts";
import type { Stores } from "./stores.ts";

/** Stores of a job that cannot be opened here: each object fails with the reason, where a person sees it. */
export function brokenStores(fault: Fault): Stores {
  const refuse = (): Promise<never> => Promise.reject(fault);
  const uploads = { begin: refuse, putPart: refuse, complete: refuse, abort: refuse, parts: refuse };
  const source = { listPage: refuse, head: refuse, read: refuse, part: refuse, close: nothing };
  const target = { listPage: refuse, head: refuse, put: refuse, remove: refuse, uploads, close: nothing };
  return {
    source,
    targetFor: () => target,
    unlimited: { source, target },
    close: nothing,
  };
}

async function nothing(): Promise<void> {}
