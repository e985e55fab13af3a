import type { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { Probe } from "./probe.ts";

/** So long may an endpoint fail without one success before its path counts as down. */
const patienceMs = 15_000;
/** How long an endpoint may take to answer a probe. */
export const probeTimeoutMs = 5000;

/** The way to one endpoint. */
export interface Path {
  /** An answer came, whatever it said. */
  worked(): void;
  /** No answer came, or the way is barred. */
  failed(fault: Fault): void;
  /** The last thing heard was a failure: nobody knows yet whether it is the path or one request. */
  isSuspect(): boolean;
  isDown(): boolean;
  /** Whoever goes on using it says so at least once in a minute: one that nobody uses is forgotten. */
  inUse(): void;
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

/** A path as its watch keeps it. */
export interface PathState extends Path {
  readonly side: Side;
  readonly endpoint: string;
  /** Addresses that the job which was opened last pins; none: what DNS says. */
  addresses: readonly string[];
  seenAtMs: number;
  recovery: Promise<void> | undefined;
  probe: Probe | undefined;
  /** Why the link carries nothing to this endpoint, whatever was heard of it. */
  bar: Fault | undefined;
}

export type Side = "source" | "target";

export interface PathParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly changed: () => void;
}

export function createPath(side: Side, endpoint: string, { clock, log, changed }: PathParts): PathState {
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
    addresses: [],
    seenAtMs: 0,
    recovery: undefined,
    probe: undefined,
    bar: undefined,
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
      const fields = { side, endpoint, code: fault.code, err: fault };
      log.warn(fields, "the path is down: tasks go back until it works again");
      changed();
    },
    isSuspect: () => failingSinceMs !== undefined || state.bar !== undefined,
    isDown: () => down || state.bar !== undefined,
    inUse: () => void (state.seenAtMs = clock.monotonicMs()),
    rest(ms) {
      restsUntilMs = Math.max(restsUntilMs, clock.monotonicMs() + ms);
    },
    rested: (signal) => (restsUntilMs === -Infinity ? undefined : pause(signal)),
  };
  return state;
}
