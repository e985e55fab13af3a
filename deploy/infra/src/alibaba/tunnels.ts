import * as alicloud from "@pulumi/alicloud";
import * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";
import type { TunnelHost } from "../plan/tunnel-host.ts";
import { associate, type Regions } from "./networks.ts";

export interface TunnelParts {
  readonly regions: Regions;
  /** The public address of each tunnel host. */
  readonly addresses: ReadonlyMap<string, pulumi.Output<string>>;
  /** `HOST.1` and `HOST.2`. */
  readonly keys: ReadonlyMap<string, pulumi.Output<string>>;
}

/** The near ends of the tunnels. */
export interface Tunnels {
  /** Where each host's two tunnels end. */
  readonly ends: ReadonlyMap<string, pulumi.Output<readonly string[]>>;
  /** Each host's connection: what routes back to it name. On a Transit Router, its attachment there. */
  readonly connections: ReadonlyMap<string, pulumi.Output<string>>;
  /** Undefined: the tunnels end at the Transit Router. */
  readonly gateway: alicloud.vpn.Gateway | undefined;
}

/** Set on both sides, because the defaults (AES-128, SHA-1, group 2) are weak. */
const ike = {
  ikeVersion: "ikev2",
  ikeMode: "main",
  ikeEncAlg: "aes256",
  ikeAuthAlg: "sha256",
  ikePfs: "group14",
  ikeLifetime: 86_400,
} as const;
const esp = { ipsecEncAlg: "aes256", ipsecAuthAlg: "sha256", ipsecPfs: "group14", ipsecLifetime: 86_400 } as const;

export function createTunnels(setting: Setting, parts: TunnelParts): Tunnels {
  const gateway =
    setting.plan.settings.path.product === "vpn-gateway" ? createGateway(setting, parts.regions) : undefined;
  const ends = new Map<string, pulumi.Output<readonly string[]>>();
  const connections = new Map<string, pulumi.Output<string>>();
  for (const host of setting.plan.tunnelHosts) {
    const end = { host, customer: createCustomer(setting, parts, host) };
    const made = gateway === undefined ? attachTo(setting, parts, end) : connectTo(setting, parts, end, gateway);
    ends.set(host.name, made.ends);
    connections.set(host.name, made.connection);
  }
  return { ends, connections, gateway };
}

function createGateway({ plan, near }: Setting, { near: { vpc, switches } }: Regions): alicloud.vpn.Gateway {
  const { name } = named(plan, "gateway");
  const [first, second] = switches;
  if (first === undefined || second === undefined) throw new Error("a VPN gateway stands in two switches");
  return new alicloud.vpn.Gateway(
    name,
    {
      vpnGatewayName: name,
      vpnType: "Normal",
      vpcId: vpc.id,
      vswitchId: first.id,
      disasterRecoveryVswitchId: second.id,
      bandwidth: plan.settings.path.bandwidthMbps,
      enableIpsec: true,
      enableSsl: false,
      paymentType: "PayAsYouGo",
    },
    { provider: near },
  );
}

/** A host, and what Alibaba Cloud calls its address. */
interface HostEnd {
  readonly host: TunnelHost;
  readonly customer: alicloud.vpn.CustomerGateway;
}

/** One for both tunnels of a host: a region takes each address once. */
function createCustomer(
  { plan, near }: Setting,
  { addresses }: TunnelParts,
  host: TunnelHost,
): alicloud.vpn.CustomerGateway {
  const name = `${host.name}-customer`;
  return new alicloud.vpn.CustomerGateway(
    name,
    {
      customerGatewayName: name,
      ipAddress: addressOf(addresses, host),
      description: `${plan.settings.name}: a host at AWS`,
    },
    { provider: near },
  );
}

function addressOf(addresses: TunnelParts["addresses"], { name }: TunnelHost): pulumi.Output<string> {
  const address = addresses.get(name);
  if (address === undefined) throw new Error(`${name} has no address`);
  return address;
}

interface Made {
  readonly ends: pulumi.Output<readonly string[]>;
  readonly connection: pulumi.Output<string>;
}

/** A connection of two tunnels to a VPN gateway: one carries, the other waits. Its selectors are exactly ours. */
function connectTo(setting: Setting, parts: TunnelParts, end: HostEnd, gateway: alicloud.vpn.Gateway): Made {
  const { plan, near } = setting;
  const { host } = end;
  const connection = new alicloud.vpn.Connection(
    host.name,
    {
      vpnConnectionName: host.name,
      vpnGatewayId: gateway.id,
      localSubnets: [...plan.blocks],
      remoteSubnets: [...host.networks],
      effectImmediately: true,
      autoConfigRoute: false,
      tunnelOptionsSpecifications: [1, 2].map((n) => ({
        ...tunnelOf(parts, end, n),
        role: n === 1 ? "master" : "slave",
      })),
    },
    { provider: near, additionalSecretOutputs: ["tunnelOptionsSpecifications"] },
  );
  return { ends: endsOf(connection.tunnelOptionsSpecifications), connection: connection.id };
}

/** The same at the Transit Router, where both tunnels carry. */
function attachTo(setting: Setting, parts: TunnelParts, end: HostEnd): Made {
  const { plan, near } = setting;
  const { host } = end;
  const { regions } = parts;
  const vpn = new alicloud.vpn.GatewayVpnAttachment(
    host.name,
    {
      vpnAttachmentName: host.name,
      networkType: "public",
      localSubnet: plan.blocks.join(","),
      remoteSubnet: host.networks.join(","),
      effectImmediately: true,
      tunnelOptionsSpecifications: [1, 2].map((n) => ({ ...tunnelOf(parts, end, n), tunnelIndex: n })),
    },
    { provider: near, additionalSecretOutputs: ["tunnelOptionsSpecifications"] },
  );
  const attached = new alicloud.cen.TransitRouterVpnAttachment(
    `${host.name}-attachment`,
    {
      transitRouterAttachmentName: host.name,
      cenId: regions.cen.id,
      transitRouterId: regions.near.router.transitRouterId,
      vpnId: vpn.id,
      autoPublishRouteEnabled: false,
    },
    { provider: near },
  );
  associate(setting, { side: "near", what: host.name, routerTable: regions.near.routerTable }, attached.id);
  return { ends: endsOf(vpn.tunnelOptionsSpecifications), connection: attached.id };
}

interface Tunnel {
  readonly customerGatewayId: pulumi.Output<string>;
  readonly enableDpd: true;
  readonly enableNatTraversal: true;
  readonly tunnelIkeConfig: typeof ike & {
    readonly psk: pulumi.Input<string>;
    readonly remoteId: pulumi.Input<string>;
  };
  readonly tunnelIpsecConfig: typeof esp;
}

function tunnelOf({ addresses, keys }: TunnelParts, { host, customer }: HostEnd, n: number): Tunnel {
  const psk = keys.get(`${host.name}.${n}`);
  if (psk === undefined) throw new Error(`${host.name} has no key`);
  // localId stays the gateway's own address, which only Alibaba Cloud knows.
  return {
    customerGatewayId: customer.id,
    enableDpd: true,
    enableNatTraversal: true,
    tunnelIkeConfig: { ...ike, psk, remoteId: addressOf(addresses, host) },
    tunnelIpsecConfig: esp,
  };
}

/** The gateway's addresses are no secret, though they stand beside the keys. */
function endsOf(
  specifications: pulumi.Output<readonly { readonly internetIp?: string }[] | undefined>,
): pulumi.Output<readonly string[]> {
  const addresses = specifications.apply((each) => (each ?? []).flatMap(({ internetIp }) => internetIp ?? []));
  return pulumi.unsecret(addresses);
}
