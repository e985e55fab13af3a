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
  /** Of nobody here: Prometheus gets it, and with it reaches health and metrics. */
  readonly monitoring: aws.ec2.SecurityGroup;
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
  /** Where the rule is for several ports in a row. */
  readonly lastPort?: number;
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
    monitoring: group("monitoring", "Prometheus: may ask for metrics"),
  };
}

/** Makes one rule; `name` tells it from the others. */
export function allow({ plan, aws: provider }: Setting, name: string, rule: Rule): void {
  const { group, direction, protocol, port, lastPort = port, peer } = rule;
  const common = { securityGroupId: group.id, ipProtocol: protocol, fromPort: port, toPort: lastPort, ...peerOf(peer) };
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

interface Between {
  readonly from: aws.ec2.SecurityGroup;
  readonly to: aws.ec2.SecurityGroup;
  readonly port: number;
  readonly lastPort?: number;
}

/** From one group to another, both sides of it. */
function allowBetween(setting: Setting, name: string, { from, to, ...ports }: Between): void {
  allow(setting, name, { group: from, direction: "out", protocol: "tcp", ...ports, peer: { group: to } });
  allow(setting, name, { group: to, direction: "in", protocol: "tcp", ...ports, peer: { group: from } });
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
  for (const port of web) {
    allowOss(setting, security, port);
    // Debian's security updates.
    const peer = { block: "0.0.0.0/0" };
    const { tunnelHosts: group } = security;
    allow(setting, `updates-${port}`, { group, direction: "out", protocol: "tcp", port, peer });
  }
  allowServices(setting, security, s3List);
  allowMonitoring(setting, security);
}

/** Health and metrics of a host; its worker processes, one for each core, count up from it. */
const healthPorts = { port: 8082, lastPort: 8082 + 63 } as const;

/** Hosts of ours answer Prometheus, and nobody else: what they tell asks for no key. */
function allowMonitoring(setting: Setting, { monitoring: from, tunnelHosts, workers }: Security): void {
  for (const [name, to] of Object.entries({ hosts: tunnelHosts, workers })) {
    allowBetween(setting, `${name}-metrics`, { from, to, ...healthPorts });
  }
}

function allowOss(setting: Setting, { tunnelHosts, workers, services }: Security, port: number): void {
  const senders = { workers, services, hosts: tunnelHosts };
  for (const [who, group] of Object.entries(senders)) {
    for (const [n, block] of setting.plan.blocks.entries()) {
      const rule = { group, direction: "out", protocol: "tcp", port, peer: { block } } as const;
      allow(setting, `${who}-oss-${n + 1}-${port}`, rule);
    }
    if (group === tunnelHosts) continue;
    // A packet to be forwarded passes the gateway's group on its way in.
    const rule = { group: tunnelHosts, direction: "in", protocol: "tcp", port, peer: { group } } as const;
    allow(setting, `${who}-forward-${port}`, rule);
  }
}

function allowServices(setting: Setting, security: Security, s3List: pulumi.Input<string>): void {
  const { tunnelHosts, workers, services, redis, endpoints } = security;
  const groups = { workers, services, hosts: tunnelHosts, redis };
  for (const [name, group] of Object.entries(groups)) {
    allow(setting, `${name}-s3`, { group, direction: "out", protocol: "tcp", port: 443, peer: { list: s3List } });
    allowBetween(setting, `${name}-endpoints`, { from: group, to: endpoints, port: 443 });
  }
  const clients =
    setting.plan.settings.hosts.layout === "self" ? { services, hosts: tunnelHosts } : { services, workers };
  for (const [name, from] of Object.entries(clients)) {
    allowBetween(setting, `${name}-redis`, { from, to: redis, port: 6379 });
  }
}
