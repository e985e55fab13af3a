import type { TunnelState } from "@causeway/shared/domain/tunnel-state.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { LinkSight, TunnelLink } from "@causeway/shared/ports/tunnel-link.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { PathWatch } from "./path-watch.ts";

export interface LinkWatchParts {
  /** Undefined: the target is reached without a tunnel of this host, and nobody looks. */
  readonly link: TunnelLink | undefined;
  readonly pathWatch: PathWatch;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Looks after the link for as long as the worker runs, and tells the paths what it sees. */
export interface LinkWatch {
  start(): void;
  stop(): Promise<void>;
  /** As last seen; null where nobody looks, or nobody has looked yet. */
  tunnel(): TunnelState | null;
}

const lookEveryMs = 1000;

export function createLinkWatch(parts: LinkWatchParts): LinkWatch {
  const { link, pathWatch, clock, log } = parts;
  if (link === undefined) return { start() {}, stop: async () => {}, tunnel: () => null };
  const stopping = new AbortController();
  let seen: LinkSight | undefined;
  let wake = new AbortController();
  let running: Promise<unknown> | undefined;

  const look = async (at: TunnelLink): Promise<void> => {
    const sight = await at.look(pathWatch.targets(), stopping);
    tell(seen, sight, log);
    seen = sight;
    pathWatch.sight(sight);
  };
  const looking = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      await look(link).catch((error: unknown) => {
        if (!stopping.signal.aborted) log.error({ err: error }, "the tunnel could not be looked at; trying again");
      });
      const signal = AbortSignal.any([stopping.signal, wake.signal]);
      await clock.sleep(lookEveryMs, { signal }).catch(() => {});
    }
  };
  const heard = (what: "state" | "rekeyed"): void => {
    if (what === "state") wake.abort();
  };
  return {
    start() {
      running ??= Promise.all([looking(), link.watch(heard, stopping)]);
    },
    async stop() {
      stopping.abort();
      await running;
    },
    tunnel: () => seen?.tunnel ?? null,
  };
}

/** Says what changed in the log. */
function tell(before: LinkSight | undefined, { tunnel, unread }: LinkSight, log: Logger): void {
  const { state, reason } = tunnel;
  if (before?.tunnel.state !== state || before.tunnel.reason !== reason) {
    if (state === "up") log.info({ state }, "the tunnel is up");
    else log.warn({ state, reason, code: "TUNNEL_DOWN" }, "the tunnel is down: tasks go back until it is up again");
  }
  const blind = unread.get("guard");
  if (blind !== undefined && blind !== before?.unread.get("guard")) {
    log.warn({ reason: blind }, "what the guard refuses cannot be counted");
  }
}
