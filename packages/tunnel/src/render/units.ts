import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";
import { guardPath } from "./guard.ts";
import { initiatePath } from "./initiate.ts";
import { routesPath } from "./routes.ts";

/** systemd's part: guard, network, routes, charon; each waits for the one before, and charon does not start without the guard. */
export function unitFiles(tunnel: Tunnel): readonly RenderedFile[] {
  return [
    file("/etc/systemd/system/causeway-guard.service", guardUnit),
    file("/etc/systemd/system/causeway-routes.service", routesUnit),
    file("/etc/systemd/system/causeway-initiate.service", initiateUnit),
    file("/etc/systemd/system/causeway-initiate.timer", initiateTimer),
    file("/etc/systemd/system/strongswan.service.d/causeway.conf", charonDropIn),
    file("/etc/systemd/system/nftables.service.d/causeway.conf", nftablesDropIn),
    file("/etc/systemd/networkd.conf.d/60-causeway.conf", networkdDropIn),
    file("/etc/causeway/tunnel.env", environment(tunnel)),
  ];
}

function file(path: string, text: string): RenderedFile {
  return { path, mode: 0o644, text: `# ${origin}\n${text}` };
}

/** Where a worker reads how the tunnel is: `causeway-host relay` lets it read there, and not command charon. */
export const relaySocket = "/run/causeway-relay/vici";

/**
 * For the worker's EnvironmentFile=: its own connector refuses what is not one of OSS' blocks, whatever DNS says, and it takes
 * tasks only while charon says that the tunnel carries them.
 */
function environment({ ossBlocks }: Tunnel): string {
  return `OSS_ALLOWED_CIDRS=${ossBlocks.join(",")}\nTUNNEL_VICI_SOCKET=${relaySocket}\n`;
}

const guardUnit = `[Unit]
Description=Causeway: OSS' addresses are closed except through the tunnel
DefaultDependencies=no
After=local-fs.target nftables.service
Before=network-pre.target strongswan.service shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${guardPath}
ExecReload=/usr/sbin/nft -f ${guardPath}

[Install]
WantedBy=sysinit.target
`;

const routesUnit = `[Unit]
Description=Causeway: routes into the tunnel, and none past it
Requires=causeway-guard.service
After=causeway-guard.service network-online.target
Wants=network-online.target
Before=strongswan.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${routesPath} up

[Install]
WantedBy=multi-user.target
`;

const initiateUnit = `[Unit]
Description=Causeway: calls for tunnels that are down
After=strongswan.service

[Service]
Type=oneshot
ExecStart=${initiatePath}
TimeoutStartSec=120
`;

/** charon tries again where the gateway is silent, but not where it refused us: a key that was wrong may have been mended. */
const initiateTimer = `[Unit]
Description=Causeway: looks for tunnels that are down
PartOf=strongswan.service

[Timer]
OnActiveSec=20
OnUnitInactiveSec=10
AccuracySec=1
`;

const charonDropIn = `[Unit]
Requires=causeway-guard.service causeway-routes.service
After=causeway-guard.service causeway-routes.service
Wants=causeway-initiate.timer
StartLimitIntervalSec=0

[Service]
ExecStopPost=-${routesPath} reset
Restart=always
RestartSec=2
`;

/** nftables.service empties the ruleset when it starts and when it reloads: the guard goes back in at once. */
const nftablesDropIn = `[Service]
ExecStartPost=-/usr/sbin/nft -f ${guardPath}
ExecReload=/usr/sbin/nft -f ${guardPath}
`;

/** Without this systemd-networkd takes away our routes, and charon's rule for table 220, whenever it starts again. */
const networkdDropIn = `[Network]
ManageForeignRoutes=no
ManageForeignRoutingPolicyRules=no
`;
