import { type Cidr, contains, overlaps, parseCidr, startsAtNetwork } from "./cidr.ts";
import type { Misfit } from "./misfit.ts";
import type { TunnelFile } from "./tunnel-file.ts";

interface PlacedBlock extends Cidr {
  readonly path: readonly PropertyKey[];
}

/** Blocks that no network of a host can be, and why. */
const taken = [
  {
    block: "100.64.0.0/10",
    why: "OSS and Alibaba's other services answer there, and an IPsec connection with such a network breaks",
  },
  { block: "169.254.0.0/16", why: "these are link-local addresses, the instance's metadata among them" },
  { block: "127.0.0.0/8", why: "these are the host's own addresses" },
  { block: "224.0.0.0/3", why: "these are multicast and reserved addresses" },
].flatMap(({ block, why }) => {
  const cidr = parseCidr(block);
  return cidr === undefined ? [] : { ...cidr, why };
});

/** What is wrong with the networks on our side. */
export function networkMisfits({ host, gateway }: TunnelFile): readonly Misfit[] {
  const networks = placed(host.networks, ["host", "networks"]);
  const vpcs = placed(gateway.vpcs, ["gateway", "vpcs"]);
  const ends = placed(
    gateway.tunnels.map(({ address }) => address),
    ["gateway", "tunnels"],
  );
  return [
    ...blockMisfits(networks),
    ...blockMisfits(vpcs),
    ...networks.flatMap((network) => [
      ...takenMisfits(network),
      ...vpcs.filter((vpc) => overlaps(vpc, network)).map((vpc) => vpcMisfit(network, vpc)),
      ...ends.filter((end) => contains(network, end)).map((end) => endMisfit(network, end)),
    ]),
  ];
}

/** What is wrong with any list of blocks: written by the wrong address, everything, or overlapping one another. */
export function blockMisfits(blocks: readonly PlacedBlock[]): readonly Misfit[] {
  return blocks.flatMap((block, index) => {
    const found: Misfit[] = [];
    const { path, text } = block;
    if (block.bits === 0) {
      const says = "0.0.0.0/0 would take all of the host's traffic into the tunnel, S3's included.";
      return [
        { path, says, cure: "Write the blocks that belong into the tunnel; for routed tunnels, selectors: any." },
      ];
    }
    if (!startsAtNetwork(block)) {
      found.push({ path, says: `${text} does not begin at its first address.`, cure: `Write ${atNetwork(block)}.` });
    }
    for (const other of blocks.slice(0, index).filter((other) => other.bits > 0 && overlaps(other, block))) {
      found.push({ path, says: `${text} overlaps with ${other.text}.`, cure: "Keep each address in one block." });
    }
    return found;
  });
}

export function placed(texts: readonly string[], path: readonly PropertyKey[]): readonly PlacedBlock[] {
  return texts.flatMap((text, index) => {
    const cidr = parseCidr(text);
    return cidr === undefined ? [] : { ...cidr, path: [...path, index] };
  });
}

function takenMisfits(network: PlacedBlock): Misfit[] {
  if (network.bits === 0) return [];
  return taken
    .filter((block) => overlaps(block, network))
    .map(({ text, why }) => ({
      path: network.path,
      says: `${network.text} overlaps with ${text}: ${why}.`,
      cure: "Put the hosts into a network of other addresses; a VPC's second block can be one.",
    }));
}

function vpcMisfit(network: PlacedBlock, vpc: PlacedBlock): Misfit {
  const says = `${network.text} overlaps with ${vpc.text}, a VPC behind the gateway: answers would not find back.`;
  return { path: network.path, says, cure: "Give one of the two other addresses." };
}

function endMisfit(network: PlacedBlock, end: PlacedBlock): Misfit {
  const says = `The gateway's address ${end.text} lies in ${network.text}, which is our side.`;
  return { path: end.path, says, cure: "Write the gateway's public address, and only our own networks." };
}

function atNetwork({ network, bits }: Cidr): string {
  const first = Math.floor(network / 2 ** (32 - bits)) * 2 ** (32 - bits);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${bits}`;
}
