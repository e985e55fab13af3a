import type { Tunnel } from "../model/tunnel.ts";
import { type RenderedFile, origin } from "./files.ts";
import { guardPath } from "./guard.ts";
import { routesPath } from "./routes.ts";

/** systemd's part: guard, then network, then routes, then charon; each waits for the one before. */
export function unitFiles(tunnel: Tunnel): readonly RenderedFile[] {
  return [
    unit("causeway-guard.service", guardUnit),
    unit("causeway-routes.service", routesUnit),
    unit("strongswan.service.d/causeway.conf", charonDropIn),
    unit("nftables.service.d/causeway.conf", nftablesDropIn),
    environmentFile(tunnel),
  ];
}

/** For EnvironmentFile= of the worker: its own connector refuses what is not one of OSS' blocks, whatever DNS says. */
function environmentFile({ ossBlocks }: Tunnel): RenderedFile {
  return {
    path: "/etc/causeway/tunnel.env",
    mode: 0o644,
    text: `# ${origin}\nOSS_ALLOWED_CIDRS=${ossBlocks.join(",")}\n`,
  };
}

function unit(name: string, text: string): RenderedFile {
  return { path: `/etc/systemd/system/${name}`, mode: 0o644, text: `# ${origin}\n${text}` };
}

const guardUnit = `[Unit]
Description=Keeps OSS' addresses closed except through the tunnel
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
Description=Routes that refuse OSS' addresses while the tunnel is down
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

const charonDropIn = `[Unit]
Requires=causeway-guard.service causeway-routes.service
After=causeway-guard.service causeway-routes.service

[Service]
Restart=always
RestartSec=2
`;

/** nftables.service empties the ruleset when it starts and reloads: the guard goes back in at once. */
const nftablesDropIn = `[Service]
ExecStartPost=-/usr/sbin/nft -f ${guardPath}
ExecReload=/usr/sbin/nft -f ${guardPath}
`;
