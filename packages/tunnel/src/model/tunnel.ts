import { blocksOfRegion } from "./oss-blocks.ts";
import type { Product, TunnelFile } from "./tunnel-file.ts";

/** One IPsec connection to one address of the gateway. */
export interface TunnelEnd {
  /** What charon calls the connection and its child: `tokyo-shanghai-1`. */
  readonly connection: string;
  readonly address: string;
  /** The gateway's IKE identity. */
  readonly id: string;
  /** Where its pre-shared key is kept: `ssm:/…`, `secretsmanager:…`, `env:…` or `file:…`. */
  readonly key: string;
  /** Undefined: the kernel's policies choose the tunnel, by addresses. */
  readonly xfrm: XfrmInterface | undefined;
}

export interface XfrmInterface {
  readonly id: number;
  readonly name: string;
}

/** The private path of one host: everything that tunnel.yaml says, or leaves to a default, and that was found to fit together. */
export interface Tunnel {
  readonly name: string;
  readonly role: "self" | "gateway";
  readonly esp: "kernel" | "userspace";
  readonly publicAddress: string;
  /** Our IKE identity. */
  readonly id: string;
  readonly networks: readonly string[];
  readonly product: Product;
  readonly selectors: "blocks" | "any";
  readonly ikeProposals: readonly string[];
  readonly espProposals: readonly string[];
  readonly ends: readonly TunnelEnd[];
  readonly region: string;
  /** Where OSS answers: nothing goes to these addresses except through the tunnel. */
  readonly ossBlocks: readonly string[];
  readonly mtuBytes: number;
  readonly mssBytes: number;
}

/** IPv4's and TCP's headers. */
const headersBytes = 40;

export function tunnelOf(file: TunnelFile): Tunnel {
  const { gateway, host, oss } = file;
  return {
    name: file.name,
    role: file.role,
    esp: file.esp,
    publicAddress: host.publicAddress,
    id: host.id ?? host.publicAddress,
    networks: host.networks,
    product: gateway.product,
    selectors: gateway.selectors,
    ikeProposals: gateway.ikeProposals,
    espProposals: gateway.espProposals,
    ends: gateway.tunnels.map(({ address, id, key, interfaceId }, index) => ({
      connection: `${file.name}-${index + 1}`,
      address,
      id: id ?? address,
      key,
      xfrm: interfaceId === undefined ? undefined : { id: interfaceId, name: `causeway${index + 1}` },
    })),
    region: oss.region,
    ossBlocks: oss.blocks ?? blocksOfRegion(oss.region) ?? [],
    mtuBytes: file.mtuBytes,
    mssBytes: file.mtuBytes - headersBytes,
  };
}
