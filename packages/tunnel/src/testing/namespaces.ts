import { execFileSync } from "node:child_process";

/**
 * Where a process of the lab may run: the host with the tunnel, a client in its own network (a Fargate task, say), the internet,
 * the cloud's VPN gateway, OSS behind it.
 */
export type Place = "host" | "client" | "internet" | "gateway" | "oss";

/** Five network namespaces, cabled as the real thing is. Needs root. */
export interface LabNetwork {
  /** The command's arguments that run the rest of a command line in a place. */
  within(place: Place): readonly string[];
  /** Runs a command there to its end; answers its output, throws with what it said. */
  run(place: Place, command: string, ...args: readonly string[]): string;
  /** Removes all of it; processes in it must have ended. */
  close(): void;
}

const hostAddress = "172.16.1.183";
/** The client's network, and the host's own address in it. */
export const clientNetwork = "172.16.2.0/24";
export const hostAmongClients = "172.16.2.1";
export const clientAddress = "172.16.2.20";
/** What an interface of EC2's carries: a client would offer segments that no tunnel takes. */
const jumboBytes = 9001;
/** The address that the internet sees instead of the host's own: an elastic IP is NAT. */
export const publicAddress = "203.0.113.59";
export const gatewayAddress = "198.51.100.62";
export const ossBlocks = ["100.98.35.0/24", "100.98.110.0/24", "100.98.169.0/24", "100.118.102.0/24"] as const;
/** OSS answers at .10 of each block. */
export const ossAddresses = ossBlocks.map((block) => inBlock(block, 10));
/** The internet's two interfaces: what a packet in clear would pass. */
export const internetDevices = ["to-host", "to-gateway"] as const;

const places: readonly Place[] = ["host", "client", "internet", "gateway", "oss"];

/** `name` keeps several labs on one machine apart; it is short, because interface and namespace names are. */
export function createLabNetwork(name: string): LabNetwork {
  const space = (place: Place): string => `${name}-${place}`;
  const within = (place: Place): readonly string[] => ["ip", "netns", "exec", space(place)];
  const ip = (place: Place, line: string): void => void call("ip", ["-n", space(place), ...line.split(" ")]);
  const network: LabNetwork = {
    within,
    run(place, command, ...args) {
      const [program = "", ...prefix] = within(place);
      return call(program, [...prefix, command, ...args]);
    },
    close() {
      for (const place of places) call("ip", ["netns", "del", space(place)]);
    },
  };
  for (const place of places) call("ip", ["netns", "add", space(place)]);
  for (const place of places) ip(place, "link set lo up");
  ip("host", `link add eth0 type veth peer name to-host netns ${space("internet")}`);
  ip("host", `link add eth1 mtu ${jumboBytes} type veth peer name eth0 mtu ${jumboBytes} netns ${space("client")}`);
  ip("gateway", `link add wan0 type veth peer name to-gateway netns ${space("internet")}`);
  ip("gateway", `link add lan0 type veth peer name eth0 netns ${space("oss")}`);
  address(ip);
  forward(network, ip);
  return network;
}

type Ip = (place: Place, line: string) => void;

function address(ip: Ip): void {
  ip("host", `addr add ${hostAddress}/24 dev eth0`);
  ip("host", `addr add ${hostAmongClients}/24 dev eth1`);
  ip("client", `addr add ${clientAddress}/24 dev eth0`);
  ip("internet", "addr add 172.16.1.1/24 dev to-host");
  ip("internet", "addr add 198.51.100.1/24 dev to-gateway");
  ip("gateway", `addr add ${gatewayAddress}/24 dev wan0`);
  for (const block of ossBlocks) {
    ip("gateway", `addr add ${inBlock(block, 1)}/24 dev lan0`);
    ip("oss", `addr add ${inBlock(block, 10)}/24 dev eth0`);
  }
  const devices = {
    host: ["eth0", "eth1"],
    client: ["eth0"],
    internet: internetDevices,
    gateway: ["wan0", "lan0"],
    oss: ["eth0"],
  } as const;
  for (const place of places) for (const device of devices[place]) ip(place, `link set ${device} up`);
}

function forward(network: LabNetwork, ip: Ip): void {
  ip("host", "route add default via 172.16.1.1");
  ip("gateway", "route add default via 198.51.100.1");
  ip("oss", `route add default via ${inBlock("100.118.102.0/24", 1)}`);
  // A leak must be able to arrive, or a test that sees none proves nothing.
  for (const block of ossBlocks) ip("internet", `route add ${block} via ${gatewayAddress}`);
  ip("internet", `route add ${clientNetwork} via ${hostAddress}`);
  // As in a VPC: OSS' blocks lead to the host, and there is no way to anywhere else.
  for (const block of ossBlocks) ip("client", `route add ${block} via ${hostAmongClients}`);
  // A cloud's gateway that lost its tunnel drops what goes to the customer; charon's own routes stand before this one.
  for (const network of ["172.16.1.0/24", clientNetwork]) ip("gateway", `route add unreachable ${network}`);
  for (const place of ["internet", "gateway"] as const) {
    network.run(place, "sysctl", "-qw", "net.ipv4.ip_forward=1");
  }
  network.run("internet", "nft", "add table ip elastic");
  network.run("internet", "nft", "add chain ip elastic in { type nat hook prerouting priority -100; }");
  network.run("internet", "nft", "add chain ip elastic out { type nat hook postrouting priority 100; }");
  network.run(
    "internet",
    "nft",
    `add rule ip elastic in iifname to-gateway ip daddr ${publicAddress} dnat to ${hostAddress}`,
  );
  for (const source of [hostAddress, clientNetwork]) {
    const rule = `add rule ip elastic out oifname to-gateway ip saddr ${source} snat to ${publicAddress}`;
    network.run("internet", "nft", rule);
  }
}

function inBlock(block: string, last: number): string {
  return block.replace(/0\/24$/, String(last));
}

function call(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 20_000 });
}
