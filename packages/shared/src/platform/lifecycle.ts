import type { Logger } from "./logger.ts";

/** Something that was opened and must be closed. */
export interface Closable {
  close(): Promise<void> | void;
}

/** What of the process the lifecycle needs; `main.ts` hands over `process`. */
export interface LifecycleHost {
  on(event: "SIGTERM" | "SIGINT", listener: () => void): unknown;
  on(event: "unhandledRejection" | "uncaughtException", listener: (reason: unknown) => void): unknown;
  exit(code: number): void;
}

export interface Lifecycle {
  /** Aborted by the first SIGTERM or SIGINT: take nothing more. */
  readonly stopping: AbortSignal;
  /** Registers what was opened to be closed at the end, last opened first, and hands it back. */
  close<T extends Closable>(resource: T): T;
  /** Registers an undo under a name for the log. */
  defer(what: string, undo: () => Promise<void> | void): void;
  /**
   * Runs the service until it is told to stop: waits for the first signal, awaits `stop` (finish or hand back what is held),
   * undoes everything that was registered, and exits 0. A second signal exits 1 at once. What `stop` has not ended after
   * `withinMs` is left: with Redis away it may wait for ever, and the ledger gives it to somebody else.
   */
  drain(stop: () => Promise<void>, withinMs: number): Promise<void>;
}

/** What does not close within this time is left: with Redis away some things never would. */
const closingMs = 5000;

/** The life of a service's process: signals, undo in reverse order, and errors that nobody caught. */
export function createLifecycle(log: Logger, host: LifecycleHost): Lifecycle {
  const undos: { readonly what: string; readonly undo: () => Promise<void> | void }[] = [];
  const stopping = new AbortController();
  const told = Promise.withResolvers<void>();
  const onSignal = (name: string) => (): void => {
    if (stopping.signal.aborted) {
      log.warn({ signal: name }, "told to stop a second time: leaving at once");
      host.exit(1);
      return;
    }
    log.info({ signal: name }, "stopping: finishing what is held, a second signal leaves at once");
    stopping.abort(new Error("stopping"));
    told.resolve();
  };
  host.on("SIGTERM", onSignal("SIGTERM"));
  host.on("SIGINT", onSignal("SIGINT"));
  const onDefect = (reason: unknown): void => {
    log.fatal({ err: reason, code: "INTERNAL" }, "nobody caught this error; leaving");
    host.exit(1);
  };
  host.on("unhandledRejection", onDefect);
  host.on("uncaughtException", onDefect);

  const unwind = async (): Promise<void> => {
    for (const { what, undo } of undos.splice(0).toReversed()) {
      try {
        await within(closingMs, undo);
      } catch (error) {
        log.warn({ err: error, what }, "could not be closed properly");
      }
    }
  };

  return {
    stopping: stopping.signal,
    close(resource) {
      undos.push({ what: "resource", undo: () => resource.close() });
      return resource;
    },
    defer(what, undo) {
      undos.push({ what, undo });
    },
    async drain(stop, withinMs) {
      await told.promise;
      await within(withinMs, stop).catch((error: unknown) => {
        log.warn({ err: error }, "not everything could be finished or handed back; the ledger gives it to others");
      });
      await unwind();
      log.info("stopped");
      host.exit(0);
    },
  };
}

async function within(ms: number, undo: () => Promise<void> | void): Promise<void> {
  const late = new Error(`did not end within ${ms} ms`);
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late), ms);
  try {
    await Promise.race([undo(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
