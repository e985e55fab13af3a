import { contains, overlaps } from "./cidr.ts";
import type { Misfit } from "./misfit.ts";
import { blockMisfits, placed } from "./network-checks.ts";
import { blocksOfRegion, ossBlocks } from "./oss-blocks.ts";
import type { TunnelFile } from "./tunnel-file.ts";

/** As many as an IPsec connection of Alibaba's takes. */
const mostSelectors = 10;

/** What is wrong with where OSS is said to be. */
export function ossMisfits(file: TunnelFile): readonly Misfit[] {
  const { oss, host, gateway } = file;
  const texts = oss.blocks ?? blocksOfRegion(oss.region);
  if (texts === undefined) return [unknownRegion(oss.region)];
  const blocks = placed(texts, ["oss", "blocks"]);
  const networks = placed(host.networks, ["host", "networks"]);
  const ends = placed(
    gateway.tunnels.map(({ address }) => address),
    ["gateway", "tunnels"],
  );
  const tooMany = gateway.selectors === "blocks" && texts.length > mostSelectors;
  return [
    ...blockMisfits(blocks),
    ...(tooMany ? [tooManyBlocks(texts.length)] : []),
    ...blocks.flatMap((block) => [
      ...(block.bits > 0 && block.bits < 8 ? [tooWide(block)] : []),
      ...networks
        .filter((network) => network.bits > 0 && overlaps(network, block))
        .map((network) => ourNetwork(network, block)),
      ...ends.filter((end) => block.bits > 0 && contains(block, end)).map((end) => gatewayInside(end, block)),
    ]),
    ...endpointMisfits(oss, texts),
    ...addressMisfits(oss.addresses, texts, ["oss", "addresses"]),
  ];
}

function unknownRegion(region: string): Misfit {
  const known = Object.keys(ossBlocks.regions);
  const near = known.find((name) => region === `oss-${name}`);
  const says = `No blocks are known for the region ${region} (published list as of ${ossBlocks.asOf}).`;
  const cure = near === undefined ? `Write one of ${known.join(", ")}, or give oss.blocks.` : `Write ${near}.`;
  return { path: ["oss", "region"], says, cure };
}

/** The published internal endpoint is checked by its name; blocks of one's own have an endpoint of one's own. */
function endpointMisfits({ endpoint, region, blocks }: TunnelFile["oss"], texts: readonly string[]): Misfit[] {
  if (endpoint === undefined) return [];
  const path = ["oss", "endpoint"];
  const host = endpoint.replace(/^https?:\/\//, "").replace(/[:/].*$/, "");
  if (/^[0-9.]+$/.test(host)) return addressMisfits([host], texts, path);
  if (blocks !== undefined) return [];
  const internal = `oss-${region}-internal.aliyuncs.com`;
  if (host === internal || host.endsWith(`.${internal}`)) return [];
  const cure = `Write ${internal}; for an endpoint of another kind (PrivateLink), give its addresses as oss.blocks.`;
  return [{ path, says: `${host} does not answer in the blocks of ${region}: ${whereIs(host, region)}.`, cure }];
}

function whereIs(host: string, region: string): string {
  if (host.endsWith(`oss-${region}.aliyuncs.com`)) return "it is the endpoint on the internet";
  const [, other] = /oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/.exec(host) ?? [];
  return other === undefined ? "it is not an internal endpoint of OSS" : `it is an endpoint of ${other}`;
}

/** With the path of a list each address has its own place in it. */
function addressMisfits(
  addresses: readonly string[],
  blocks: readonly string[],
  path: readonly PropertyKey[],
): Misfit[] {
  const cidrs = placed(blocks, []);
  return placed(addresses, path)
    .filter((address) => !cidrs.some((block) => contains(block, address)))
    .map((address) => ({
      path: path.at(-1) === "endpoint" ? path : address.path,
      says: `${address.text} lies in none of the blocks ${blocks.join(", ")}.`,
      cure: "The tunnel does not carry it: write an address of these blocks, or add its block to oss.blocks.",
    }));
}

function tooManyBlocks(count: number): Misfit {
  const says = `${count} blocks are more than the ${mostSelectors} that an IPsec connection takes.`;
  return {
    path: ["oss", "blocks"],
    says,
    cure: "Join neighbouring blocks, or write selectors: any with an interfaceId.",
  };
}

function tooWide({ path, text }: { readonly path: readonly PropertyKey[]; readonly text: string }): Misfit {
  return { path, says: `${text} is far more than OSS.`, cure: "Write the blocks that OSS answers in." };
}

function ourNetwork(
  network: { readonly path: readonly PropertyKey[]; readonly text: string },
  block: { readonly text: string },
): Misfit {
  const says = `${network.text} overlaps with ${block.text}, where OSS answers.`;
  return { path: network.path, says, cure: "Give the hosts a network of other addresses." };
}

function gatewayInside(
  end: { readonly path: readonly PropertyKey[]; readonly text: string },
  block: { readonly text: string },
): Misfit {
  const says = `The gateway's address ${end.text} lies in ${block.text}, which only the tunnel reaches.`;
  return { path: end.path, says, cure: "Write the gateway's public address." };
}
