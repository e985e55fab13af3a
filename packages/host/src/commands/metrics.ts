import { type HealthServer, serveHealth } from "@causeway/shared/platform/health.ts";
import { createMetrics } from "@causeway/shared/platform/metrics.ts";
import type { LinkSight, TunnelLink } from "@causeway/shared/ports/tunnel-link.ts";
import { withTunnelMetering } from "@causeway/shared/wrappers/tunnel-metering.ts";
import { openTunnelLink } from "@causeway/tunnel/link/tunnel-link.ts";
import type { MetricsConfig } from "../config.ts";
import type { ExitCode, HostContext } from "../host-context.ts";

/**
 * Serves how this host's tunnel is and what its guard refused until `stopping` is aborted, by the names that a worker has for
 * them. `socket` is the relay's: what is asked from outside needs no rights of its own.
 */
export async function serveMetrics(
  socket: string,
  config: MetricsConfig,
  { say, complain, stopping }: Pick<HostContext, "say" | "complain" | "stopping">,
): Promise<ExitCode> {
  const meter = createMetrics("host");
  const link = withTunnelMetering(openTunnelLink(socket), meter);
  const look = createSharedLook(link, stopping);
  // Nobody needs the figures but who asks for them.
  meter.beforeText(async () => void (await look()));
  const obstacles = async (): Promise<readonly string[]> => obstaclesIn(await look());
  const at = { host: config.HEALTH_HOST, port: config.HEALTH_PORT };
  let server: HealthServer;
  try {
    server = await serveHealth({ ...at, obstacles, metrics: meter });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    complain(`HEALTH_HOST and HEALTH_PORT cannot be served at: ${why}`);
    return 1;
  }
  say(`health and metrics are served at ${server.url}`);
  // To count how often the tunnel's keys are renewed.
  await link.watch(() => undefined, { signal: stopping });
  await server.close();
  return 0;
}

/** Who asks while another's look is under way gets what that one finds: however many ask, charon and nft are asked once. */
function createSharedLook(link: TunnelLink, stopping: AbortSignal): () => Promise<LinkSight> {
  let looking: Promise<LinkSight> | undefined;
  return () => {
    looking ??= link.look([], { signal: stopping }).finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

/** Each once: without charon the tunnel is down for the same reason. */
function obstaclesIn({ tunnel, unread }: LinkSight): readonly string[] {
  return [...new Set([...(tunnel.reason === null ? [] : [tunnel.reason]), ...unread.values()])];
}
