import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";

export interface ZoneNetwork {
  readonly zone: string;
  readonly publicSubnet: aws.ec2.Subnet;
  readonly workerSubnet: aws.ec2.Subnet;
  /** Of the workers: it leads to OSS by the gateway of this zone, to S3 by the endpoint, and nowhere else. */
  readonly workerRoutes: aws.ec2.RouteTable;
}

export interface Network {
  readonly vpc: aws.ec2.Vpc;
  readonly publicRoutes: aws.ec2.RouteTable;
  readonly zones: readonly ZoneNetwork[];
}

/** The VPC: public subnets for tunnel hosts, others without a way to the internet for workers. */
export function createNetwork({ plan, aws: provider }: Setting): Network {
  const { vpc: block, zones } = plan.settings.aws;
  const options = { provider };
  const whole = named(plan, "vpc");
  const vpc = new aws.ec2.Vpc(
    whole.name,
    { cidrBlock: block, enableDnsHostnames: true, enableDnsSupport: true, tags: whole.tags },
    options,
  );
  // Nothing may use the VPC's default group; it is there and cannot be removed.
  new aws.ec2.DefaultSecurityGroup(named(plan, "unused").name, { vpcId: vpc.id, ingress: [], egress: [] }, options);
  const gateway = named(plan, "internet");
  const internet = new aws.ec2.InternetGateway(gateway.name, { vpcId: vpc.id, tags: gateway.tags }, options);
  const table = named(plan, "public");
  const publicRoutes = new aws.ec2.RouteTable(table.name, { vpcId: vpc.id, tags: table.tags }, options);
  const route = { routeTableId: publicRoutes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id };
  new aws.ec2.Route(named(plan, "to-internet").name, route, options);
  return {
    vpc,
    publicRoutes,
    zones: zones.map((zone) => createZone({ plan, provider, vpc, publicRoutes }, zone)),
  };
}

interface ZoneParts {
  readonly plan: Setting["plan"];
  readonly provider: pulumi.ProviderResource;
  readonly vpc: aws.ec2.Vpc;
  readonly publicRoutes: aws.ec2.RouteTable;
}

function createZone({ plan, provider, vpc, publicRoutes }: ZoneParts, zone: Zone): ZoneNetwork {
  const options = { provider };
  const subnet = (what: string, cidrBlock: string): aws.ec2.Subnet => {
    const { name, tags } = named(plan, `${what}-${zone.zone}`);
    return new aws.ec2.Subnet(name, { vpcId: vpc.id, availabilityZone: zone.zone, cidrBlock, tags }, options);
  };
  const publicSubnet = subnet("public", zone.public);
  const workerSubnet = subnet("workers", zone.workers);
  const table = named(plan, `workers-${zone.zone}`);
  const workerRoutes = new aws.ec2.RouteTable(`${table.name}-routes`, { vpcId: vpc.id, tags: table.tags }, options);
  const associate = (what: string, subnetId: pulumi.Input<string>, routeTableId: pulumi.Input<string>): void => {
    new aws.ec2.RouteTableAssociation(named(plan, `${what}-${zone.zone}`).name, { subnetId, routeTableId }, options);
  };
  associate("public-table", publicSubnet.id, publicRoutes.id);
  associate("worker-table", workerSubnet.id, workerRoutes.id);
  return { zone: zone.zone, publicSubnet, workerSubnet, workerRoutes };
}

type Zone = Setting["plan"]["settings"]["aws"]["zones"][number];
