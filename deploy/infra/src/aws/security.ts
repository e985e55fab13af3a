import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";
import type { Network } from "./network.ts";

/** Who may speak to whom. A group without a rule lets nothing through. */
export interface Security {
  readonly tunnelHosts: aws.ec2.SecurityGroup;
  readonly workers: aws.ec2.SecurityGroup;
  readonly services: aws.ec2.SecurityGroup;
  readonly redis: aws.ec2.SecurityGroup;
  readonly endpoints: aws.ec2.SecurityGroup;
}

/** The other end of a rule: a block of addresses, a group, or AWS' list of a service's addresses. */
export type Peer =
  | { readonly block: pulumi.Input<string> }
  | { readonly group: aws.ec2.SecurityGroup }
  | { readonly list: pulumi.Input<string> };

export interface Rule {
  readonly group: aws.ec2.SecurityGroup;
  readonly direction: "in" | "out";
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly peer: Peer;
}

export function createGroups({ plan, aws: provider }: Setting, { vpc }: Network): Security {
  const group = (what: string, description: string): aws.ec2.SecurityGroup => {
    const { name, tags } = named(plan, what);
    return new aws.ec2.SecurityGroup(name, { vpcId: vpc.id, description, ingress: [], egress: [], tags }, { provider });
  };
  return {
    tunnelHosts: group("tunnel-hosts", "Where the tunnels begin"),
    workers: group("workers", "What copies"),
    services: group("services", "API and masters"),
    redis: group("redis", "The ledger"),
    endpoints: group("endpoints", "AWS services inside the VPC"),
  };
}

/** Makes one rule; `name` tells it from the others. */
export function allow({ plan, aws: provider }: Setting, name: string, rule: Rule): void {
  const { group, direction, protocol, port, peer } = rule;
  const common = { securityGroupId: group.id, ipProtocol: protocol, fromPort: port, toPort: port, ...peerOf(peer) };
  const full = named(plan, `${name}-${direction}`);
  if (direction === "in") new aws.vpc.SecurityGroupIngressRule(full.name, { ...common, tags: full.tags }, { provider });
  else new aws.vpc.SecurityGroupEgressRule(full.name, { ...common, tags: full.tags }, { provider });
}

function peerOf(
  peer: Peer,
):
  | { readonly cidrIpv4: pulumi.Input<string> }
  | { readonly referencedSecurityGroupId: pulumi.Input<string> }
  | { readonly prefixListId: pulumi.Input<string> } {
  if ("block" in peer) return { cidrIpv4: peer.block };
  if ("group" in peer) return { referencedSecurityGroupId: peer.group.id };
  return { prefixListId: peer.list };
}

/** From one group to another, both sides of it. */
export function allowBetween(
  setting: Setting,
  name: string,
  from: aws.ec2.SecurityGroup,
  to: aws.ec2.SecurityGroup,
  port: number,
): void {
  allow(setting, name, { group: from, direction: "out", protocol: "tcp", port, peer: { group: to } });
  allow(setting, name, { group: to, direction: "in", protocol: "tcp", port, peer: { group: from } });
}

const ike = [500, 4500] as const;
const web = [80, 443] as const;

/** IKE and ESP in UDP, to and from the gateway's addresses alone. */
export function allowTunnel(setting: Setting, security: Security, name: string, address: pulumi.Input<string>): void {
  const block = pulumi.interpolate`${address}/32`;
  for (const port of ike) {
    for (const direction of ["in", "out"] as const) {
      allow(setting, `${name}-${port}`, {
        group: security.tunnelHosts,
        direction,
        protocol: "udp",
        port,
        peer: { block },
      });
    }
  }
}

/** Everything else: workers reach OSS' blocks, S3, AWS' services and Redis, and nothing else. */
export function allowTraffic(setting: Setting, security: Security, s3List: pulumi.Input<string>): void {
  const { tunnelHosts, workers, services, redis, endpoints } = security;
  const { plan } = setting;
  const copying = plan.settings.hosts.layout === "self" ? tunnelHosts : workers;
  for (const [n, block] of plan.blocks.entries()) {
    for (const port of web) {
      for (const [who, group] of [
        ["workers", workers],
        ["services", services],
      ] as const) {
        allow(setting, `${who}-oss-${n + 1}-${port}`, {
          group,
          direction: "out",
          protocol: "tcp",
          port,
          peer: { block },
        });
      }
    }
  }
  for (const port of web) {
    // A packet to be forwarded passes the gateway's group on its way in.
    for (const [who, group] of [
      ["workers", workers],
      ["services", services],
    ] as const) {
      allow(setting, `${who}-forward-${port}`, {
        group: tunnelHosts,
        direction: "in",
        protocol: "tcp",
        port,
        peer: { group },
      });
    }
    for (const [n, block] of plan.blocks.entries()) {
      allow(setting, `hosts-oss-${n + 1}-${port}`, {
        group: tunnelHosts,
        direction: "out",
        protocol: "tcp",
        port,
        peer: { block },
      });
    }
  }
  for (const port of web) {
    // Debian's security updates.
    allow(setting, `updates-${port}`, {
      group: tunnelHosts,
      direction: "out",
      protocol: "tcp",
      port,
      peer: { block: "0.0.0.0/0" },
    });
  }
  for (const [name, group] of [
    ["copying", copying],
    ["services", services],
  ] as const) {
    allow(setting, `${name}-s3`, { group, direction: "out", protocol: "tcp", port: 443, peer: { list: s3List } });
    allowBetween(setting, `${name}-redis`, group, redis, 6379);
    allowBetween(setting, `${name}-endpoints`, group, endpoints, 443);
  }
  allowBetween(setting, "redis-endpoints", redis, endpoints, 443);
  allow(setting, "redis-s3", { group: redis, direction: "out", protocol: "tcp", port: 443, peer: { list: s3List } });
  if (copying !== tunnelHosts) allowBetween(setting, "gateways-endpoints", tunnelHosts, endpoints, 443);
}
