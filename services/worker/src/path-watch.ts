import type { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { LinkSight, LinkTarget } from "@causeway/shared/ports/tunnel-link.ts";
import { type Path, type PathState, type Side, createPath, probeTimeoutMs } from "./path.ts";
import type { Probe } from "./probe.ts";

export { type Path, rested } from "./path.ts";

const probeEveryMs = 1000;
/** Endpoints that no task has used for so long are forgotten. */
const memoryMs = 60_000;

/** What is known of an endpoint's path when a job is opened. */
export interface PathOpening {
  /** Asks, after a failure, whether it is the path or one request that nobody answers. The last one given is used. */
  readonly probe?: Probe;
  readonly addresses?: readonly string[];
}

export interface PathWatch {
  /** The path to an endpoint: the same object for the same side and endpoint. */
  path(side: Side, endpoint: string, opening?: PathOpening): Path;
  /**
   * Resolves when the path works again, asking by `probe` every second; several callers share one probing. `probe` resolves
   * when an answer came, whatever it said.
   */
  recover(path: Path, probe: Probe, signal: AbortSignal): Promise<void>;
  /** Whether nothing can be copied at all: the link is down, or every source or every target in use is. */
  isAllDown(): boolean;
  /** Called whenever `isAllDown` may have changed. */
  onChange(listener: () => void): void;
  /** The targets in use. */
  targets(): readonly LinkTarget[];
  /** Takes over what a look at the link found: what it bars is down until a later look lifts it. */
  sight(sight: Pick<LinkSight, "barred" | "barredTargets">): void;
}

/** Tells a link that is down from objects that fail. */
export function createPathWatch(clock: Clock, log: Logger): PathWatch {
  const paths = new Map<string, PathState>();
  const listeners: (() => void)[] = [];
  let seen: Pick<LinkSight, "barred" | "barredTargets"> = { barred: undefined, barredTargets: new Map() };
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const forgetOld = (): void => {
    for (const [name, path] of paths) {
      if (path.recovery === undefined && clock.monotonicMs() - path.seenAtMs > memoryMs) paths.delete(name);
    }
  };
  const of = (side: Side): readonly PathState[] => [...paths.values()].filter((path) => path.side === side);
  const barOf = ({ side, endpoint }: PathState): Fault | undefined =>
    side === "target" ? (seen.barred ?? seen.barredTargets.get(endpoint)) : undefined;
  return {
    path(side, endpoint, { probe, addresses } = {}) {
      forgetOld();
      const name = `${side} ${endpoint}`;
      const path = paths.get(name) ?? createPath(side, endpoint, { clock, log, changed });
      path.inUse();
      path.probe = probe ?? path.probe;
      path.addresses = addresses ?? path.addresses;
      path.bar = barOf(path);
      paths.set(name, path);
      return path;
    },
    async recover(path, probe, signal) {
      const state = [...paths.values()].find((known) => known === path);
      if (state === undefined || !path.isDown()) return;
      state.recovery ??= probeUntilUp(state, probe, { clock, signal }).finally(() => {
        state.recovery = undefined;
      });
      await state.recovery;
    },
    isAllDown: () => seen.barred !== undefined || areAllDown(of("source")) || areAllDown(of("target")),
    onChange: (listener) => listeners.push(listener),
    targets: () => of("target").map(({ endpoint, addresses }) => ({ endpoint, addresses })),
    sight(sight) {
      seen = sight;
      for (const path of paths.values()) path.bar = barOf(path);
      changed();
    },
  };
}

/**
 * Probes overlap: one that was sent into the dark may wait for seconds, and must not hold up the news that there is light.
 * While the link bars the path nobody asks: the link's own watch sees sooner, and the guard would count it as a leak.
 */
async function probeUntilUp(
  path: PathState,
  probe: Probe,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  while (path.isDown()) {
    const up = new AbortController();
    if (path.bar === undefined) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(probeTimeoutMs)]);
      void answered(probe(limit), path).then((isUp) => isUp && up.abort());
    }
    await clock.sleep(probeEveryMs, { signal: AbortSignal.any([signal, up.signal]) }).catch(() => {});
    signal.throwIfAborted();
  }
}

/** Whether the probe's answer brought the path up. */
async function answered(probing: Promise<void>, path: Path): Promise<boolean> {
  try {
    await probing;
  } catch {
    return false;
  }
  path.worked();
  return !path.isDown();
}

function areAllDown(paths: readonly Path[]): boolean {
  return paths.length > 0 && paths.every((path) => path.isDown());
}
