import { Fault } from "@causeway/shared/domain/fault.ts";
import type { ListPage, ListRequest, Signalled } from "@causeway/shared/ports/object-source.ts";

/** Asks an endpoint something small; resolves when an answer came, whatever it said. */
export type Probe = (signal: AbortSignal) => Promise<void>;

/** What a probe asks. */
export interface Listable {
  listPage(request: ListRequest, options: Signalled): Promise<ListPage<unknown>>;
}

/** A probe that asks for one key. */
export function probeOf(store: Listable, prefix: string): Probe {
  return async (signal) => {
    try {
      await store.listPage({ after: undefined, prefix, limit: 1 }, { signal });
    } catch (thrown) {
      const isAnswer = thrown instanceof Fault && thrown.kind !== "path" && !thrown.code.endsWith("_UNREACHABLE");
      if (!isAnswer) throw thrown;
    }
  };
}
