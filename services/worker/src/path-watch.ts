import type { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { Probe } from "./probe.ts";

/** So long may an endpoint fail without one success before its path counts as down. */
const patienceMs = 15_000;
const probeEveryMs = 2000;
const probeTimeoutMs = 5000;
/** Endpoints that no task has named for so long are forgotten. */
const memoryMs = 60_000;

/** The way to one endpoint. */
export interface Path {
  /** An answer came, whatever it said. */
  worked(): void;
  /** No answer came, or the way is barred. */
  failed(fault: Fault): void;
  /** The last thing heard was a failure: nobody knows yet whether it is the path or one request. */
  isSuspect(): boolean;
  isDown(): boolean;
  /** The store asks for so long without requests, ms. */
  rest(ms: number): void;
  /** Resolves when the store may be asked again; undefined: it may be asked now. Rejects with the signal's reason. */
  rested(signal: AbortSignal): Promise<void> | undefined;
}

/** Resolves when both ends may be asked; undefined: now. */
export function rested(
  { source, target }: { readonly source: Path | undefined; readonly target: Path },
  signal: AbortSignal,
): Promise<void> | undefined {
  const first = source?.rested(signal);
  const second = target.rested(signal);
  if (first === undefined || second === undefined) return first ?? second;
  return Promise.all([first, second]).then(() => undefined);
}

export interface PathWatch {
  /**
   * The path to an endpoint: the same object for the same side and endpoint. With the `probe` that was given last it asks,
   * after a failure, whether it is the path or one request that nobody answers.
   */
  path(side: "source" | "target", endpoint: string, probe?: Probe): Path;
  /**
   * Resolves when the path works again, asking by `probe` every two seconds; several callers share one probe. `probe`
   * resolves when an answer came, whatever it said.
   */
  recover(path: Path, probe: Probe, signal: AbortSignal): Promise<void>;
  /** Whether nothing can be copied at all: every source or every target in use is down. */
  isAllDown(): boolean;
  /** Called whenever `isAllDown` may have changed. */
  onChange(listener: () => void): void;
}

interface PathState extends Path {
  readonly side: "source" | "target";
  readonly endpoint: string;
  seenAtMs: number;
  recovery: Promise<void> | undefined;
  probe: Probe | undefined;
}

/** Tells a link that is down from objects that fail. */
export function createPathWatch(clock: Clock, log: Logger): PathWatch {
  const paths = new Map<string, PathState>();
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const forgetOld = (): void => {
    for (const [name, path] of paths) {
      if (path.recovery === undefined && clock.monotonicMs() - path.seenAtMs > memoryMs) paths.delete(name);
    }
  };
  return {
    path(side, endpoint, probe) {
      forgetOld();
      const name = `${side} ${endpoint}`;
      const path = paths.get(name) ?? createPath(side, endpoint, { clock, log, changed });
      path.seenAtMs = clock.monotonicMs();
      path.probe = probe ?? path.probe;
      paths.set(name, path);
      return path;
    },
    async recover(path, probe, signal) {
      const state = [...paths.values()].find((known) => known === path);
      if (state === undefined || !path.isDown()) return;
      state.recovery ??= probeUntilUp(path, probe, { clock, signal }).finally(() => {
        state.recovery = undefined;
      });
      await state.recovery;
    },
    isAllDown: () =>
      ["source", "target"].some((side) => areAllDown([...paths.values()].filter((p) => p.side === side))),
    onChange: (listener) => listeners.push(listener),
  };
}

async function probeUntilUp(
  path: Path,
  probe: Probe,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  while (path.isDown()) {
    await clock.sleep(probeEveryMs, { signal });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]);
    await probe(limit).then(
      () => path.worked(),
      () => {},
    );
  }
}

function areAllDown(paths: readonly Path[]): boolean {
  return paths.length > 0 && paths.every((path) => path.isDown());
}

interface PathParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly changed: () => void;
}

function createPath(side: "source" | "target", endpoint: string, { clock, log, changed }: PathParts): PathState {
  let failingSinceMs: number | undefined;
  let down = false;
  let restsUntilMs = -Infinity;
  const pause = async (signal: AbortSignal): Promise<void> => {
    for (let leftMs = untilAwake(); leftMs > 0; leftMs = untilAwake()) await clock.sleep(leftMs, { signal });
    restsUntilMs = -Infinity;
  };
  const untilAwake = (): number => restsUntilMs - clock.monotonicMs();
  let isVerifying = false;
  const verify = (path: PathState): void => {
    if (isVerifying || path.probe === undefined) return;
    isVerifying = true;
    void path
      .probe(AbortSignal.timeout(probeTimeoutMs))
      .then(
        () => path.worked(),
        () => {},
      )
      .finally(() => {
        isVerifying = false;
      });
  };
  const state: PathState = {
    side,
    endpoint,
    seenAtMs: 0,
    recovery: undefined,
    probe: undefined,
    worked() {
      if (failingSinceMs === undefined) return;
      failingSinceMs = undefined;
      if (!down) return;
      down = false;
      log.info({ side, endpoint }, "the path works again");
      changed();
    },
    failed(fault) {
      failingSinceMs ??= clock.monotonicMs();
      verify(state);
      const patience = fault.kind === "path" ? 0 : patienceMs;
      if (down || clock.monotonicMs() - failingSinceMs < patience) return;
      down = true;
      log.warn(
        { side, endpoint, code: fault.code, err: fault },
        "the path is down: tasks go back until it works again",
      );
      changed();
    },
    isSuspect: () => failingSinceMs !== undefined,
    isDown: () => down,
    rest(ms) {
      restsUntilMs = Math.max(restsUntilMs, clock.monotonicMs() + ms);
    },
    rested: (signal) => (restsUntilMs === -Infinity ? undefined : pause(signal)),
  };
  return state;
}
