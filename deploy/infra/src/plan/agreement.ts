import {
  type Cidr,
  contains,
  overlaps,
  parseCidr,
  startsAtNetwork,
} from "../../../../packages/tunnel/src/model/cidr.ts";
import { blocksOf } from "./blocks.ts";
import type { Settings } from "./settings.ts";

/** Two settings that do not go together, or one that cannot work. */
export interface Disagreement {
  /** The setting's path: `aws.zones.0.public`. */
  readonly at: string;
  /** What is wrong and what to do. */
  readonly says: string;
}

interface Placed {
  readonly at: string;
  readonly block: Cidr;
}

/** Shared address space, where OSS and other services of Alibaba Cloud live. */
const alibabaServices = "100.64.0.0/10";

/** What each setting alone does not show; empty where all fits together. */
export function disagreements(settings: Settings): readonly Disagreement[] {
  return [
    ...unevenBlocks(settings),
    ...overlappingNetworks(settings),
    ...subnetsOutside(settings),
    ...ossBlocks(settings),
    ...others(settings),
  ];
}

function networksOf({ aws, near, far }: Settings): readonly Placed[] {
  return [placed("aws.vpc", aws.vpc), placed("near.vpc", near.vpc), placed("far.vpc", far.vpc)].flat();
}

function subnetsOf({ aws, near, far }: Settings): readonly (Placed & { readonly inside: string })[] {
  const awsSubnets = aws.zones.flatMap((zone, n) => [
    ...placed(`aws.zones.${n}.public`, zone.public),
    ...placed(`aws.zones.${n}.workers`, zone.workers),
  ]);
  return [
    ...awsSubnets.map((subnet) => ({ ...subnet, inside: aws.vpc })),
    ...switches("near", near.zones).map((subnet) => ({ ...subnet, inside: near.vpc })),
    ...switches("far", far.zones).map((subnet) => ({ ...subnet, inside: far.vpc })),
  ];
}

function switches(side: "near" | "far", zones: Settings["near"]["zones"]): readonly Placed[] {
  return zones.flatMap((zone, n) => placed(`${side}.zones.${n}.switch`, zone.switch));
}

function unevenBlocks(settings: Settings): readonly Disagreement[] {
  return [...networksOf(settings), ...subnetsOf(settings)]
    .filter(({ block }) => !startsAtNetwork(block))
    .map(({ at, block }) => ({ at, says: `${block.text} does not begin at its first address; write that.` }));
}

function overlappingNetworks(settings: Settings): readonly Disagreement[] {
  const found: Disagreement[] = [];
  const networks = networksOf(settings);
  const services = parseCidr(alibabaServices);
  for (const [n, one] of networks.entries()) {
    if (services !== undefined && overlaps(one.block, services)) {
      found.push({
        at: one.at,
        says: `${one.block.text} lies in ${alibabaServices}, where OSS answers. Take a block of RFC 1918.`,
      });
    }
    for (const other of networks.slice(n + 1)) found.push(...clash(one, other));
  }
  const subnets = subnetsOf(settings);
  for (const [n, one] of subnets.entries()) for (const other of subnets.slice(n + 1)) found.push(...clash(one, other));
  return found;
}

function clash(one: Placed, other: Placed): readonly Disagreement[] {
  if (!overlaps(one.block, other.block)) return [];
  return [
    {
      at: other.at,
      says: `${other.block.text} overlaps ${one.block.text} (${one.at}). No address may be in two places.`,
    },
  ];
}

function subnetsOutside(settings: Settings): readonly Disagreement[] {
  return subnetsOf(settings).flatMap(({ at, block, inside }) => {
    const outer = parseCidr(inside);
    if (outer === undefined || contains(outer, block)) return [];
    return [{ at, says: `${block.text} is not inside ${inside}, its VPC.` }];
  });
}

function ossBlocks(settings: Settings): readonly Disagreement[] {
  const blocks = blocksOf(settings);
  if (blocks.length === 0) {
    return [
      {
        at: "far.region",
        says: `${settings.far.region} is not in the table of OSS' blocks. Name them in path.blocks.`,
      },
    ];
  }
  return blocks
    .flatMap((text) => placed("path.blocks", text))
    .flatMap((oss) =>
      networksOf(settings)
        .filter(({ at }) => at !== "far.vpc" || settings.path.access === "vip-blocks")
        .flatMap((network) => clash(network, oss)),
    );
}

function others({ near, far, path, hosts, workers, source }: Settings): readonly Disagreement[] {
  const rules: readonly (Disagreement & { readonly broken: boolean })[] = [
    {
      broken: near.region === far.region,
      at: "near.region",
      says: `is the far region, too. The path leads through two regions; take the one next to AWS' as the near one.`,
    },
    {
      broken: path.access === "privatelink" && path.privatelinkService === undefined,
      at: "path.privatelinkService",
      says: "is missing: name OSS' endpoint service in the far region (privatelink: ListVpcEndpointServicesByEndUser).",
    },
    { broken: workers.max < workers.min, at: "workers.max", says: "is below workers.min." },
    {
      broken: hosts.layout === "self" && workers.run !== "none",
      at: "workers.run",
      says: "must be none with hosts.layout self: there the tunnel hosts copy. For more of them take layout gateways.",
    },
    {
      broken: source.restrictToEndpoint && source.administrators.length === 0,
      at: "source.administrators",
      says: "is empty: a policy without an exempted administrator cannot be taken back from outside the VPC.",
    },
    {
      broken: source.canaryBucket === source.bucket,
      at: "source.canaryBucket",
      says: "must be another bucket than the source.",
    },
  ];
  return rules.filter(({ broken }) => broken).map(({ at, says }) => ({ at, says }));
}

function placed(at: string, text: string): readonly Placed[] {
  const block = parseCidr(text);
  return block === undefined ? [] : [{ at, block }];
}
