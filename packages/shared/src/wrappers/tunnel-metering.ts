import type { Meter } from "../ports/meter.ts";
import type { LinkPart, LinkSight, TunnelLink } from "../ports/tunnel-link.ts";

const parts: readonly LinkPart[] = ["charon", "guard"];

/**
 * A link whose looks show as `migration_tunnel_*`. What could not be read has no figure, and `migration_tunnel_readable` says so:
 * nought would be a lie.
 */
export function withTunnelMetering(link: TunnelLink, meter: Meter): TunnelLink {
  return {
    async look(targets, options) {
      const sight = await link.look(targets, options);
      tell(sight, meter);
      return sight;
    },
    watch: (changed, options) =>
      link.watch((what) => {
        if (what === "rekeyed") meter.count("migration_tunnel_rekeys_total", {});
        changed(what);
      }, options),
  };
}

function tell({ tunnel, unread }: LinkSight, meter: Meter): void {
  for (const part of parts) meter.gauge("migration_tunnel_readable", { part }, unread.has(part) ? 0 : 1);
  meter.gauge("migration_tunnel_up", {}, tunnel.state === "up" ? 1 : 0);
  const children = unread.has("charon") ? undefined : tunnel.children;
  meter.gauge("migration_tunnel_children", {}, children?.length);
  for (const [direction, field] of [
    ["in", "bytesIn"],
    ["out", "bytesOut"],
  ] as const) {
    const bytes = children?.reduce((sum, child) => sum + child[field], 0);
    meter.gauge("migration_tunnel_bytes", { direction }, bytes);
  }
  meter.gauge("migration_tunnel_refused_packets", {}, tunnel.refusedPackets ?? undefined);
}
