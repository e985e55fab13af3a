import type { Handled, Hold, TaskConsumer } from "../../ports/task-queue.ts";

export interface MemoryConsumerOptions {
  readonly concurrency: number;
}

type Handle<P> = (pointer: P, hold: Hold) => Promise<Handled>;
type Consumer<P> = Pick<TaskConsumer, "pause" | "resume" | "stop"> & { start(handle: Handle<P>): void };

/** Items by id: an id that waits or is being handled is not added a second time. */
export interface Backlog<P> {
  add(pointer: P): void;
  waiting(): number;
  consumer(options: MemoryConsumerOptions): Consumer<P>;
}

export function createMemoryQueue<P>(idOf: (pointer: P) => string): Backlog<P> {
  const waiting = new Map<string, P>();
  const handled = new Set<string>();
  const pumps = new Set<() => void>();
  const next = (): { readonly id: string; readonly pointer: P } | undefined => {
    for (const [id, pointer] of waiting) {
      waiting.delete(id);
      handled.add(id);
      return { id, pointer };
    }
    return undefined;
  };
  return {
    add(pointer) {
      const id = idOf(pointer);
      if (handled.has(id)) return;
      waiting.set(id, pointer);
      for (const pump of pumps) pump();
    },
    waiting: () => waiting.size,
    consumer: ({ concurrency }) => createConsumer({ next, forget: (id) => handled.delete(id), pumps }, concurrency),
  };
}

interface Items<P> {
  readonly next: () => { readonly id: string; readonly pointer: P } | undefined;
  readonly forget: (id: string) => void;
  readonly pumps: Set<() => void>;
}

function createConsumer<P>({ next, forget, pumps }: Items<P>, concurrency: number): Consumer<P> {
  const phase: { handle: Handle<P> | undefined; taking: "yes" | "paused" | "stopped" } = {
    handle: undefined,
    taking: "yes",
  };
  const running = new Set<Promise<void>>();
  const abort = new AbortController();
  const hold: Hold = { isFresh: () => !abort.signal.aborted, signal: abort.signal };

  const run = async (handle: Handle<P>, id: string, pointer: P): Promise<void> => {
    try {
      await handle(pointer, hold);
    } catch {
      // The ledger's sweep adds again what a handler threw on.
    }
    forget(id);
  };
  const pump = (): void => {
    const { handle } = phase;
    if (handle === undefined) return;
    while (phase.taking === "yes" && running.size < concurrency) {
      const item = next();
      if (item === undefined) return;
      const handling: Promise<void> = run(handle, item.id, item.pointer).finally(() => {
        running.delete(handling);
        pump();
      });
      running.add(handling);
    }
  };
  return {
    start(given) {
      phase.handle = given;
      pumps.add(pump);
      pump();
    },
    async pause() {
      if (phase.taking === "yes") phase.taking = "paused";
    },
    resume() {
      if (phase.taking === "paused") phase.taking = "yes";
      pump();
    },
    async stop(how) {
      phase.taking = "stopped";
      pumps.delete(pump);
      if (how === "hard") abort.abort(new Error("the consumer was stopped"));
      await Promise.all(running);
    },
  };
}
