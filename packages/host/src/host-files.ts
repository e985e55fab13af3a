import type { RenderedFile } from "@causeway/tunnel/render/files.ts";
import { renderTunnel } from "@causeway/tunnel/render/render-tunnel.ts";
import type { HostConfig } from "./read-config.ts";
import { drainSeconds, settingsEnvironment, workerEnvironment } from "./worker-env.ts";

const origin = "# Written by `causeway-host apply`; change host.yaml or tunnel.yaml instead.\n";

/** Every file that makes a provisioned machine this host. No file holds a secret. */
export function hostFiles({ host, tunnel }: HostConfig): readonly RenderedFile[] {
  const files: RenderedFile[] = [];
  if (tunnel !== undefined) files.push(...renderTunnel(tunnel), unit("strongswan.service.d/keys.conf", keysDropIn));
  if (tellsByItself({ host, tunnel }))
    files.push({ path: "/etc/causeway/metrics.env", mode: 0o644, text: `${origin}${settingsEnvironment(host)}` });
  if (host.worker === "run") {
    files.push(
      { path: "/etc/causeway/worker.env", mode: 0o644, text: `${origin}${workerEnvironment(host)}` },
      unit("causeway-worker.service.d/host.conf", workerDropIn(tunnel !== undefined, drainSeconds(host))),
    );
  }
  return files;
}

/** Whether the tunnel's figures need a service of their own: a worker tells them along with its own, and two would double them. */
function tellsByItself({ host, tunnel }: HostConfig): boolean {
  return tunnel !== undefined && host.worker === "none";
}

/** The units that run on this host, in the order in which they start. */
export function hostUnits({ host, tunnel }: HostConfig): readonly string[] {
  return [
    ...(tunnel === undefined ? [] : ["causeway-guard.service", "causeway-routes.service", "strongswan.service"]),
    ...(tunnel === undefined ? [] : ["causeway-relay.service"]),
    ...(tellsByItself({ host, tunnel }) ? ["causeway-metrics.service"] : []),
    ...(host.secrets.size === 0 && host.worker === "none" ? [] : ["causeway-secrets.service"]),
    ...(host.redis === "none" ? [] : ["causeway-redis.service"]),
    ...(host.worker === "none" ? [] : ["causeway-worker.service"]),
    ...(host.scaleIn === "none" ? [] : ["causeway-scale-in.service"]),
  ];
}

/** The units that a host of another kind runs, and this one does not. */
export function otherUnits(config: HostConfig): readonly string[] {
  const mine = hostUnits(config);
  return [
    "causeway-worker.service",
    "causeway-scale-in.service",
    "causeway-metrics.service",
    "causeway-relay.service",
    "causeway-redis.service",
    "causeway-secrets.service",
    "strongswan.service",
  ].filter((u) => !mine.includes(u));
}

function unit(name: string, text: string): RenderedFile {
  return { path: `/etc/systemd/system/${name}`, mode: 0o644, text: `${origin}${text}` };
}

/**
 * charon forgets keys when it ends, so each start brings them anew, and before the connections: a connection without its key
 * fails. `--load-conns` and not `--load-all`, which unloads keys that are in no file.
 */
const keysDropIn = `[Unit]
# A parameter store that is away for a while must not leave the host without a tunnel for good.
StartLimitIntervalSec=0

[Service]
ExecStartPost=
ExecStartPost=/usr/local/bin/causeway-host load-keys
ExecStartPost=/usr/sbin/swanctl --load-conns
ExecReload=
ExecReload=/usr/local/bin/causeway-host load-keys
ExecReload=/usr/sbin/swanctl --load-conns
`;

function workerDropIn(hasTunnel: boolean, stopSeconds: number): string {
  const tunnel =
    "Requires=causeway-guard.service causeway-routes.service\nAfter=causeway-guard.service causeway-routes.service\n";
  return `[Unit]\n${hasTunnel ? tunnel : ""}\n[Service]\n# DRAIN_TIMEOUT_MS and some spare.\nTimeoutStopSec=${stopSeconds}\n`;
}
