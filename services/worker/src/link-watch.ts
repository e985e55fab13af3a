import type { TunnelState } from "@causeway/shared/domain/tunnel-state.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { TunnelLink } from "@causeway/shared/ports/tunnel-link.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { PathWatch } from "./path-watch.ts";

export interface LinkWatchParts {
  /** Undefined: the target is reached without a tunnel of this host, and nobody looks. */
  readonly link: TunnelLink | undefined;
  readonly pathWatch: PathWatch;
  readonly clock: Clock;
  readonly meter: Meter;
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
const watchAgainMs = 1000;

export function createLinkWatch(parts: LinkWatchParts): LinkWatch {
  const { link, pathWatch, clock, meter, log } = parts;
  if (link === undefined) return { start() {}, stop: async () => {}, tunnel: () => null };
  const stopping = new AbortController();
  let tunnel: TunnelState | null = null;
  let wake = new AbortController();
  let running: Promise<unknown> | undefined;

  const look = async (at: TunnelLink): Promise<void> => {
    const sight = await at.look(pathWatch.targets(), stopping);
    tell(tunnel, sight.tunnel, parts);
    tunnel = sight.tunnel;
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
    if (what === "rekeyed") meter.count("migration_tunnel_rekeys_total", {});
    else wake.abort();
  };
  const listening = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await link.watch(heard, stopping).catch(() => {});
      await clock.sleep(watchAgainMs, stopping).catch(() => {});
    }
  };
  return {
    start() {
      running ??= Promise.all([looking(), listening()]);
    },
    async stop() {
      stopping.abort();
      await running;
    },
    tunnel: () => tunnel,
  };
}

/** Says what changed in the log, and how things stand in the metrics. */
function tell(before: TunnelState | null, now: TunnelState, { meter, log }: LinkWatchParts): void {
  if (before?.state !== now.state || before.reason !== now.reason) {
    const { state, reason } = now;
    if (state === "up") log.info({ state }, "the tunnel is up");
    else log.warn({ state, reason, code: "TUNNEL_DOWN" }, "the tunnel is down: tasks go back until it is up again");
  }
  meter.gauge("migration_tunnel_up", {}, now.state === "up" ? 1 : 0);
  meter.gauge("migration_tunnel_children", {}, now.children.length);
  for (const [direction, field] of [
    ["in", "bytesIn"],
    ["out", "bytesOut"],
  ] as const) {
    const bytes = now.children.reduce((sum, child) => sum + child[field], 0);
    meter.gauge("migration_tunnel_bytes", { direction }, bytes);
  }
  if (now.refusedPackets !== null) meter.gauge("migration_tunnel_refused_packets", {}, now.refusedPackets);
}
