import type { Machine } from "./machines.ts";

/** What both ends of the test's tunnels agree on. */
export const block = "100.118.102.0/24";
export const ossAddress = "100.118.102.10";
export const key = "a-key-of-the-test-that-is-nowhere-on-a-disk";

/** Makes a machine the cloud's VPN gateway, with OSS' address behind it, and a count of what comes to it outside the tunnel. */
export async function becomeCloud(cloud: Machine, customer: Customer): Promise<void> {
  const packages = "charon-systemd strongswan-swanctl libcharon-extra-plugins nftables libatomic1 redis-server";
  await cloud.must(
    `apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends ${packages}`,
  );
  await cloud.write(
    "/etc/strongswan.d/gateway.conf",
    "charon-systemd {\n  plugins {\n    kernel-libipsec {\n      load = yes\n    }\n  }\n}\n",
  );
  await cloud.write(
    "/root/seen.nft",
    `table inet seen {
  counter in_clear { }
  chain arriving {
    type filter hook input priority filter; policy accept;
    iifname "eth0" ip daddr ${block} counter name in_clear
  }
}
`,
  );
  await cloud.must(`ip address add ${ossAddress}/32 dev eth0 && nft -f /root/seen.nft`);
  await serve(cloud, customer);
}

export interface Customer {
  /** As the cloud sees it. */
  readonly address: string;
  /** Its side of the tunnel. */
  readonly networks: string;
}

/** Waits for this customer, instead of the one before. */
export async function serve(cloud: Machine, { address, networks }: Customer): Promise<void> {
  await cloud.write(
    "/etc/swanctl/conf.d/gateway.conf",
    `connections {
  customer {
    version = 2
    local_addrs = ${cloud.address}
    proposals = aes256-sha256-modp2048
    encap = yes
    local {
      auth = psk
      id = ${cloud.address}
    }
    remote {
      auth = psk
      id = ${address}
    }
    children {
      oss {
        local_ts = ${block}
        remote_ts = ${networks}
        esp_proposals = aes256-sha256-modp2048
      }
    }
  }
}
secrets {
  ike-customer {
    id-1 = ${cloud.address}
    id-2 = ${address}
    secret = ${key}
  }
}
`,
  );
  await cloud.must("systemctl restart strongswan");
}

/** Packets that came to OSS' address outside the tunnel. */
export async function leakedTo(cloud: Machine): Promise<number> {
  const [, packets = "-1"] = /packets (\d+)/.exec(await cloud.must("nft list counter inet seen in_clear")) ?? [];
  return Number(packets);
}

/** tunnel.yaml of the customer's side; `keyPlace`: where it finds the key. */
export function tunnelYaml(
  role: "self" | "gateway",
  { address, networks }: Customer,
  end: { readonly cloud: Machine; readonly keyPlace: string },
): string {
  return `version: 1
name: lab
role: ${role}
esp: userspace
host: { publicAddress: ${address}, networks: [${networks}] }
gateway:
  product: vpn-gateway
  tunnels: [{ address: ${end.cloud.address}, key: "${end.keyPlace}" }]
oss: { region: cn-shanghai, blocks: [${block}] }
`;
}
