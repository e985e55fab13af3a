import { z } from "zod";

const address = z.ipv4({ error: "must be an IPv4 address such as 203.0.113.59" });
const block = z.cidrv4({ error: "must be an IPv4 block such as 172.16.1.0/24" });

const identity = z.string().regex(/^[A-Za-z0-9@._-]+$/, "must be an address or a name such as @host.example.com");

/** AES-256, SHA-256 and group 14: the strongest that every gateway of Alibaba Cloud speaks. */
const strong = "aes256-sha256-modp2048";

/** What the gateway speaks differs by product; so does what two tunnels do: one waits on a VPN gateway, both carry on a Transit Router. */
const products = ["vpn-gateway", "enhanced-vpn-gateway", "transit-router"] as const;
export type Product = (typeof products)[number];

/** Where a pre-shared key is kept. The key itself is never in a file of ours. */
const keyReference = z
  .string({
    error: "must say where the pre-shared key is kept: ssm:/name, secretsmanager:name, env:NAME or file:/path",
  })
  .regex(
    /^(ssm:\/\S+|secretsmanager:\S+|env:[A-Za-z_]\w*|file:\/\S+)$/,
    "must say where the pre-shared key is kept, not the key: ssm:/name, secretsmanager:name, env:NAME or file:/path",
  );

const endOfTunnel = z.strictObject({
  /** The gateway's public address for this tunnel. */
  address,
  key: keyReference,
  /** The gateway's IKE identity; its address where it has none. */
  id: identity.optional(),
  /** Gives the tunnel an XFRM interface of its own, with this id. Needed for two tunnels, and for selectors `any`. */
  interfaceId: z.int().min(1).max(0xffff_fffe).optional(),
});

const gateway = z.strictObject({
  product: z.enum(products),
  /** `blocks`: exactly our networks and OSS' blocks (Alibaba: protected data flows); `any`: 0.0.0.0/0 (destination routing). */
  selectors: z.enum(["blocks", "any"]).default("blocks"),
  ikeProposals: z.array(z.string()).min(1).default([strong]),
  espProposals: z.array(z.string()).min(1).default([strong]),
  /** `accept` lets a gateway that is not yet reconfigured go on with what is weak today. */
  weakProposals: z.enum(["refuse", "accept"]).default("refuse"),
  /** The VPCs behind the gateway: only to see that they do not overlap with our networks. */
  vpcs: z.array(block).default([]),
  tunnels: z.array(endOfTunnel).min(1, "must hold at least one tunnel").max(8, "must hold at most 8 tunnels"),
});

/** tunnel.yaml as people write it. */
export const tunnelFileSchema = z.strictObject({
  version: z.literal(1, { error: "must be 1" }),
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,30}$/,
      "must be lower-case letters, digits and dashes, beginning with a letter, at most 31",
    ),
  /** `self`: the tunnel carries what this host sends; `gateway`: it forwards for the other hosts of its networks too. */
  role: z.enum(["self", "gateway"]).default("self"),
  /** Who encrypts: the kernel, or charon itself where the kernel has no ESP (slow; containers and tests). */
  esp: z.enum(["kernel", "userspace"]).default("kernel"),
  host: z.strictObject({
    /** The address that the internet sees (an elastic IP). */
    publicAddress: address,
    /** Our IKE identity; publicAddress where there is none. */
    id: identity.optional(),
    /** Our side of the tunnel, as the gateway knows it. */
    networks: z
      .array(block)
      .min(1, "must hold at least one block")
      .max(10, "must hold at most 10 blocks, as Alibaba's gateways do"),
  }),
  gateway,
  oss: z.strictObject({
    region: z.string(),
    /** The host name that jobs use; only checked. */
    endpoint: z.string().optional(),
    /** Addresses that jobs pin (target.addresses); only checked. */
    addresses: z.array(address).default([]),
    /** Instead of the published blocks of the region: what changed since, or the addresses of a PrivateLink endpoint. */
    blocks: z.array(block).min(1).optional(),
  }),
  /** The largest packet inside the tunnel; what it becomes outside has to fit the internet's 1,500 bytes. */
  mtuBytes: z.int().min(1280, "must be 1280 to 1438").max(1438, "must be 1280 to 1438").default(1400),
});
export type TunnelFile = z.infer<typeof tunnelFileSchema>;
