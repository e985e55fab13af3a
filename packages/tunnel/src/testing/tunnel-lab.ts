import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { readTunnel } from "../model/read-tunnel.ts";
import type { Tunnel } from "../model/tunnel.ts";
import { initiatePath } from "../render/initiate.ts";
import { renderTunnel } from "../render/render-tunnel.ts";
import { type Section, sections } from "../render/sections.ts";
import { type CharonProcess, createCharonProcess } from "./charon-process.ts";
import {
  type LabNetwork,
  clientNetwork,
  createLabNetwork,
  gatewayAddress,
  ossBlocks,
  publicAddress,
} from "./namespaces.ts";

/**
 * The private path in miniature: a host with the files that `causeway tunnel render` writes, and a gateway as the cloud's would
 * be, each with a real charon in a network namespace of its own. ESP is charon's own, so the kernel needs none.
 */
export interface TunnelLab {
  readonly network: LabNetwork;
  readonly tunnel: Tunnel;
  readonly host: CharonProcess;
  readonly gateway: CharonProcess;
  /** Loads the rendered guard and routes, or takes them away. */
  guard(state: "on" | "off"): void;
  /** Gives the pre-shared key to both daemons, or another one to the host. */
  loadKeys(hostKey?: string): Promise<void>;
  /** Starts both daemons and resolves when the tunnel is up. */
  bringUp(): Promise<void>;
  /** Does what the rendered timer does where systemd runs: calls every ten seconds for a tunnel that is down, until it is stopped. */
  timer(): { stop(): Promise<void> };
  /** Resolves when that many children are installed at that end. */
  installed(side: "host" | "gateway", count: number): Promise<void>;
  close(): Promise<void>;
}

const key = "a key of the laboratory";
const pollMs = 100;
/** How many this process has opened: each has a network of its own. */
let labs = 0;
/** As in causeway-initiate.timer. */
const callEveryMs = 10_000;
/** A peer that died is given up after half a minute, and called again. */
const installMs = 120_000;
const networks = { self: "172.16.1.0/24", gateway: clientNetwork } as const;
const yamlOf = (role: Tunnel["role"]): string => `version: 1
name: lab
role: ${role}
esp: userspace
host:
  publicAddress: ${publicAddress}
  networks: [${networks[role]}]
gateway:
  product: vpn-gateway
  tunnels:
    - address: ${gatewayAddress}
      key: env:LAB_KEY
oss:
  region: cn-shanghai
`;

/** `folder`: for all files; `role`: the host's. Needs root, /dev/net/tun, charon-systemd, swanctl and nft. */
export function openTunnelLab(folder: string, role: Tunnel["role"] = "self"): TunnelLab {
  const reading = readTunnel(yamlOf(role), "lab.yaml");
  if (!reading.ok) throw new Error(reading.faults.map(({ says }) => says).join(" "));
  const { tunnel } = reading;
  labs += 1;
  const network = createLabNetwork(`cw${process.pid}-${labs}`);
  const texts = writeHostFiles(folder, tunnel);
  forwardsAs(network, folder);
  const sides = { folder, network, texts };
  const host = charonOf("host", sides, texts("/etc/swanctl/conf.d/causeway.conf"));
  const gateway = charonOf("gateway", sides, gatewayConf(tunnel));
  const loadKeys = async (hostKey = key): Promise<void> => {
    const signal = AbortSignal.timeout(10_000);
    const shared = { id: "lab-1", owners: [publicAddress, gatewayAddress] };
    if (gateway.isRunning()) await gateway.charon.loadKey({ ...shared, key }, { signal });
    if (host.isRunning()) await host.charon.loadKey({ ...shared, key: hostKey }, { signal });
  };
  const lab: TunnelLab = {
    network,
    tunnel,
    host,
    gateway,
    loadKeys,
    guard: (state) => switchGuard(network, folder, state),
    async bringUp() {
      await gateway.start();
      await host.start();
      await loadKeys();
      await untilCalled(host);
      await lab.installed("host", 1);
    },
    timer: () => callAgain(network, folder, host.socket),
    installed: (side, count) => untilInstalled({ host, gateway }[side], count),
    async close() {
      await Promise.all([host.stop("SIGTERM"), gateway.stop("SIGTERM")]);
      network.close();
    },
  };
  return lab;
}

interface Sides {
  readonly folder: string;
  readonly network: LabNetwork;
  readonly texts: (path: string) => string;
}

function charonOf(name: "host" | "gateway", { folder, network, texts }: Sides, swanctlConf: string): CharonProcess {
  const strongswanConf = texts("/etc/strongswan.d/causeway.conf");
  return createCharonProcess({ folder, name, within: network.within(name), swanctlConf, strongswanConf });
}

/** Writes what is rendered below the folder, as it would lie on the host; answers how to read it. */
function writeHostFiles(folder: string, tunnel: Tunnel): (path: string) => string {
  const files = renderTunnel(tunnel);
  for (const { path, mode, text } of files) {
    const place = join(folder, "root", path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text, { mode });
  }
  return (path) => {
    const found = files.find((file) => file.path === path);
    if (found === undefined) throw new Error(`the renderer wrote no ${path}`);
    return found.text;
  };
}

/** Whether the host forwards is for the rendered settings of the kernel to say, and for nobody else. */
function forwardsAs(network: LabNetwork, folder: string): void {
  const settings = readFileSync(join(folder, "root/etc/sysctl.d/60-causeway-tunnel.conf"), "utf8");
  const said = /^net\.ipv4\.ip_forward = (\d)$/m.exec(settings)?.[1] ?? "0";
  network.run("host", "sysctl", "-qw", `net.ipv4.ip_forward=${said}`);
}

/** The cloud's side: it waits to be called, and takes what its customer renders. */
function gatewayConf(tunnel: Tunnel): string {
  const connection: Section = {
    version: "2",
    local_addrs: gatewayAddress,
    remote_addrs: "%any",
    proposals: tunnel.ikeProposals.join(", "),
    encap: "yes",
    local: { auth: "psk", id: gatewayAddress },
    remote: { auth: "psk", id: publicAddress },
    children: {
      oss: {
        local_ts: ossBlocks.join(", "),
        remote_ts: tunnel.networks.join(", "),
        esp_proposals: tunnel.espProposals.join(", "),
      },
    },
  };
  return sections({ connections: { customer: connection } });
}

function switchGuard(network: LabNetwork, folder: string, state: "on" | "off"): void {
  if (state === "on") {
    network.run("host", "nft", "-f", join(folder, "root/etc/causeway/guard.nft"));
    network.run("host", join(folder, "root/usr/local/lib/causeway/tunnel-routes"), "up");
    return;
  }
  network.run("host", "nft", "delete", "table", "inet", "causeway_guard");
  for (const block of ossBlocks)
    network.run("host", "ip", "route", "del", "unreachable", block, "metric", "4294967295");
}

function callAgain(network: LabNetwork, folder: string, socket: string): { stop(): Promise<void> } {
  const script = join(folder, "root", initiatePath);
  const [program = "", ...within] = network.within("host");
  const env = { ...process.env, STRONGSWAN_CONF: join(folder, "host/strongswan.conf") };
  const stopping = new AbortController();
  const calling = (async () => {
    while (!stopping.signal.aborted) {
      const call = spawn(program, [...within, script, "--uri", `unix://${socket}`], { env, stdio: "ignore" });
      await once(call, "exit");
      await sleep(callEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop() {
      stopping.abort();
      return calling;
    },
  };
}

/** charon calls by itself as soon as it has its connections; where that was before it had the keys, the refusal may be the answer to us. */
async function untilCalled({ charon }: CharonProcess): Promise<void> {
  const endsAtMs = Date.now() + installMs;
  for (;;) {
    try {
      return await charon.initiate("lab-1", { signal: AbortSignal.timeout(60_000) });
    } catch (thrown) {
      const isRefused = thrown instanceof Fault && thrown.code === "CHARON_REFUSED";
      if (!isRefused || Date.now() > endsAtMs) throw thrown;
    }
    await sleep(pollMs);
  }
}

async function untilInstalled({ charon }: CharonProcess, count: number): Promise<void> {
  const endsAtMs = Date.now() + installMs;
  for (;;) {
    const sas = await charon.sas({ signal: AbortSignal.timeout(10_000) }).catch(() => []);
    const up = sas.flatMap(({ children }) => children).filter(({ state }) => state === "INSTALLED").length;
    if (up === count) return;
    if (Date.now() > endsAtMs) throw new Error(`${up} children are installed, not ${count}`);
    await sleep(pollMs);
  }
}
