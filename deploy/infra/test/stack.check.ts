import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { contains, overlaps, parseCidr } from "../../../packages/tunnel/src/model/cidr.ts";
import { readTunnel } from "../../../packages/tunnel/src/model/read-tunnel.ts";
import { blocksOf } from "../src/plan/blocks.ts";
import { planOf } from "../src/plan/plan.ts";
import { readSettings } from "../src/plan/read-settings.ts";
import type { Place } from "../src/plan/routes.ts";
import { type Asked, resourcesOf, settingsWith } from "./world.ts";

/** How Pulumi marks a secret on its way to the engine. */
const secretMark = "4dabf18193072939515e22adb298388d";

const kinds = {
  "tunnels to a VPN gateway": {},
  "tunnels to a Transit Router": { "path.product": "transit-router" },
  PrivateLink: { "path.access": "privatelink", "path.privatelinkService": "com.aliyuncs.privatelink.cn-shanghai.oss" },
  "hosts that copy by themselves": { "hosts.layout": "self", "workers.run": "none" },
  "workers on ECS, ElastiCache": { "workers.run": "ecs", "redis.run": "elasticache" },
} as const;

for (const [kind, changes] of Object.entries(kinds)) {
  describe(kind, () => {
    const settings = readSettings(settingsWith(changes));
    const plan = planOf(settings);
    let asked: readonly Asked[];
    before(async () => {
      asked = await resourcesOf(settingsWith(changes));
    });
    const ofType = (end: string): readonly Asked[] => asked.filter(({ type }) => type.endsWith(`:${end}`));

    test("there is a stack to look at", () => {
      assert.ok(asked.length > 100, `${asked.length} resources`);
    });

    test("nothing lets the whole internet in", () => {
      for (const { name, inputs } of ofType("SecurityGroupIngressRule"))
        assert.notEqual(inputs["cidrIpv4"], "0.0.0.0/0", name);
      for (const { name, inputs } of ofType("SecurityGroup")) assert.deepEqual(inputs["ingress"] ?? [], [], name);
      for (const { name, inputs } of ofType("SecurityGroupRule")) assert.notEqual(inputs["cidrIp"], "0.0.0.0/0", name);
    });

    test("from outside only the gateway's addresses come in, by UDP 500 and 4500", () => {
      const blocks = ofType("SecurityGroupIngressRule").filter(({ inputs }) => inputs["cidrIpv4"] !== undefined);
      assert.ok(blocks.length >= 8, `${blocks.length} rules`);
      for (const { name, inputs } of blocks) {
        assert.match(String(inputs["cidrIpv4"]), /^198\.51\.100\.6[23]\/32$/, name);
        assert.equal(inputs["ipProtocol"], "udp", name);
        assert.ok([500, 4500].includes(Number(inputs["fromPort"])) && inputs["fromPort"] === inputs["toPort"], name);
      }
    });

    test("only whoever is in the group monitoring may ask hosts for metrics", () => {
      const port = 8082;
      const open = ofType("SecurityGroupIngressRule").filter(
        ({ inputs }) => Number(inputs["fromPort"]) <= port && Number(inputs["toPort"]) >= port,
      );
      assert.deepEqual(
        new Set(open.map(({ inputs }) => inputs["securityGroupId"])),
        new Set(["tokyo-shanghai-tunnel-hosts-id", "tokyo-shanghai-workers-id"]),
      );
      for (const { name, inputs } of open) {
        assert.equal(inputs["referencedSecurityGroupId"], "tokyo-shanghai-monitoring-id", name);
        assert.equal(inputs["ipProtocol"], "tcp", name);
      }
      // Nothing of the stack is in the group: its members are whom somebody puts there.
      const users = asked.filter(({ type }) => !/SecurityGroup(Ingress|Egress)Rule$/.test(type));
      for (const { name, inputs } of users) assert.doesNotMatch(JSON.stringify(inputs), /monitoring-id/, name);
      for (const text of hostFiles(asked, "host.yaml")) assert.match(text, /"HEALTH_HOST": "0\.0\.0\.0"/);
    });

    test("workers send nowhere but to OSS' blocks, S3's endpoint and groups of ours", () => {
      const groups = ofType("SecurityGroup")
        .filter(({ name }) => /-(workers|services|redis)$/.test(name))
        .map(({ name }) => `${name}-id`);
      const rules = ofType("SecurityGroupEgressRule").filter(({ inputs }) =>
        groups.includes(String(inputs["securityGroupId"])),
      );
      assert.ok(rules.length > 0);
      for (const { name, inputs } of rules) {
        const block = inputs["cidrIpv4"];
        assert.ok(
          block === undefined || plan.blocks.some((each) => each === block),
          `${name}: ${JSON.stringify(block)}`,
        );
      }
    });

    test("every block of OSS is routed there, and every network of AWS back", () => {
      const ends = settings.aws.zones.map(({ zone }): Place => `workers ${zone}`);
      for (const from of ends)
        for (const block of plan.blocks) assert.equal(follow(plan.routes, from, block), "oss", `${from} to ${block}`);
      for (const host of plan.tunnelHosts) {
        for (const network of host.networks) {
          const arrived = follow(plan.routes, "oss", network);
          assert.equal(arrived, `workers ${host.zone}`, `OSS to ${network}`);
        }
      }
    });

    test("each route of the plan that a table of the clouds holds is a resource", () => {
      const routers = ofType("TransitRouterRouteEntry").map(
        ({ inputs }) =>
          `${String(inputs["transitRouterRouteTableId"])} ${String(inputs["transitRouterRouteEntryDestinationCidrBlock"])}`,
      );
      const networks = plan.tunnelHosts.flatMap((host) => host.networks);
      for (const side of ["near", "far"]) {
        for (const to of [...plan.blocks, ...networks]) {
          assert.ok(routers.includes(`tokyo-shanghai-${side}-routes-id ${to}`), `${side} router has no route to ${to}`);
        }
      }
      const fromWorkers = ofType("Route").map(
        ({ inputs }) => `${String(inputs["routeTableId"])} ${String(inputs["destinationCidrBlock"])}`,
      );
      for (const { zone } of settings.aws.zones) {
        for (const block of plan.blocks)
          assert.ok(fromWorkers.includes(`tokyo-shanghai-workers-${zone}-routes-id ${block}`), `${zone} to ${block}`);
      }
      const far = ofType("RouteEntry")
        .filter(({ name }) => name.includes("far-vpc"))
        .map(({ inputs }) => inputs["destinationCidrblock"]);
      assert.deepEqual(new Set(far), new Set(networks));
      const near = ofType("RouteEntry")
        .filter(({ name }) => name.includes("near-vpc"))
        .map(({ inputs }) => inputs["destinationCidrblock"]);
      assert.deepEqual(new Set(near), new Set(settings.path.product === "vpn-gateway" ? plan.blocks : []));
    });

    test("no route of the workers leads to the internet", () => {
      const wide = ofType("Route").filter(({ inputs }) => inputs["destinationCidrBlock"] === "0.0.0.0/0");
      assert.deepEqual(
        wide.map(({ inputs }) => inputs["routeTableId"]),
        ["tokyo-shanghai-public-id"],
      );
    });

    test("both ends of each tunnel say the same strong proposals and selectors", () => {
      const connections =
        settings.path.product === "vpn-gateway" ? ofType("Connection") : ofType("GatewayVpnAttachment");
      assert.equal(connections.length, plan.tunnelHosts.length);
      for (const { inputs } of connections) {
        const text = JSON.stringify(inputs);
        assert.doesNotMatch(text, /0\.0\.0\.0\/0|md5|sha1"|group2"|ikev1|des"/);
        for (const strong of ["ikev2", "aes256", "sha256", "group14"]) assert.ok(text.includes(strong), strong);
        for (const block of plan.blocks) assert.ok(text.includes(block), block);
      }
    });

    test("each host's address is one customer gateway, because a region of Alibaba Cloud takes an address once", () => {
      const addresses = ofType("CustomerGateway")
        .filter(({ type }) => type.startsWith("alicloud:"))
        .map(({ inputs }) => inputs["ipAddress"]);
      assert.equal(addresses.length, plan.tunnelHosts.length);
      const connections = JSON.stringify(
        asked.filter(({ type }) => /:(Connection|GatewayVpnAttachment)$/.test(type)).map(({ inputs }) => inputs),
      );
      for (const { name } of plan.tunnelHosts) {
        assert.equal(connections.split(`"${name}-customer-id"`).length - 1, 2, `both tunnels of ${name}`);
      }
    });

    test("the hosts' tunnel.yaml is taken by causeway, with an interface id for each tunnel and no wide selector", () => {
      const hosts = hostFiles(asked, "tunnel.yaml");
      assert.equal(hosts.length, plan.tunnelHosts.length);
      for (const text of hosts) {
        const read = readTunnel(text, "tunnel.yaml");
        assert.ok(read.ok, JSON.stringify(read));
        assert.equal(read.tunnel.ends.length, 2);
        assert.ok(read.tunnel.ends.every(({ xfrm }) => xfrm !== undefined));
        assert.doesNotMatch(text, /0\.0\.0\.0\/0/);
        assert.deepEqual(read.tunnel.ossBlocks, plan.blocks);
      }
    });

    test("what is secret is marked so, and appears nowhere else", () => {
      const parameters = ofType("Parameter");
      assert.ok(parameters.length >= 8, `${parameters.length} parameters`);
      for (const { name, inputs } of parameters) {
        assert.equal(inputs["type"], "SecureString", name);
        assert.ok(JSON.stringify(inputs["value"]).includes(secretMark), `${name} is not marked`);
      }
      for (const { name, type, inputs } of asked)
        assert.doesNotMatch(withoutSecrets(inputs), /made-/, `${type} ${name}`);
    });

    test("roles name their actions and their resources", () => {
      const policies = ofType("RolePolicy").map(({ name, inputs }) => ({ name, text: String(inputs["policy"]) }));
      assert.ok(policies.length >= 3);
      for (const { name, text } of policies) {
        const { Statement: statements }: { Statement: { Action: string[]; Resource: string[] }[] } = JSON.parse(text);
        for (const { Action, Resource } of statements) {
          assert.ok(
            Action.every((action) => !action.includes("*")),
            `${name}: ${Action.join()}`,
          );
          // ECR's token is the one action without a resource of its own.
          assert.ok(
            Action.join() === "ecr:GetAuthorizationToken" || !Resource.includes("*"),
            `${name}: ${Resource.join()}`,
          );
          assert.ok(Resource.length > 0, name);
        }
      }
    });

    test("the endpoint of S3 denies the canary, which the role itself may list", () => {
      const [endpoint] = ofType("VpcEndpoint").filter(({ inputs }) => inputs["vpcEndpointType"] === "Gateway");
      const policy = String(endpoint?.inputs["policy"]);
      assert.match(policy, /"Sid":"DenyCanary","Effect":"Deny".*eric-s3-tokyo-canary/);
      assert.doesNotMatch(policy, /"Resource":\["\*"\]|arn:aws:s3:::\*/);
      const copying = ofType("RolePolicy").filter(({ inputs }) => String(inputs["policy"]).includes("ReadSource"));
      assert.ok(
        copying.length > 0 &&
          copying.every(({ inputs }) => String(inputs["policy"]).includes('"Sid":"Canary","Effect":"Allow"')),
      );
    });

    test("no two networks overlap, none lies where OSS answers, and subnets lie in their VPC", () => {
      const networks = [settings.aws.vpc, settings.near.vpc, settings.far.vpc].flatMap((text) => parseCidr(text) ?? []);
      const services = parseCidr("100.64.0.0/10");
      assert.ok(services !== undefined && networks.length === 3);
      for (const [n, one] of networks.entries()) {
        assert.ok(!overlaps(one, services), one.text);
        for (const other of networks.slice(n + 1)) assert.ok(!overlaps(one, other), `${one.text} and ${other.text}`);
      }
      for (const { inputs } of [...ofType("Subnet"), ...ofType("Switch")]) {
        const block = parseCidr(String(inputs["cidrBlock"]));
        assert.ok(
          block !== undefined && networks.some((network) => contains(network, block)),
          String(inputs["cidrBlock"]),
        );
      }
    });

    test("instances ask for metadata with tokens, and their disks are encrypted", () => {
      for (const { name, inputs } of [...ofType("Instance"), ...ofType("LaunchTemplate")].filter(({ type }) =>
        type.startsWith("aws:"),
      )) {
        assert.match(JSON.stringify(inputs["metadataOptions"]), /"httpTokens":"required"/, name);
        assert.match(
          JSON.stringify(inputs["rootBlockDevice"] ?? inputs["blockDeviceMappings"]),
          /"encrypted":("true"|true)/,
          name,
        );
      }
    });

    test("the fleet follows the backlog, and what is taken away drains first", () => {
      const policies = ofType("Policy").filter(({ inputs }) => inputs["policyType"] === "TargetTrackingScaling");
      assert.equal(policies.length, settings.workers.run === "none" ? 0 : 1);
      const [group] = ofType("Group").filter(({ type }) => type.startsWith("aws:autoscaling"));
      if (settings.workers.run !== "auto-scaling-group") return assert.equal(group, undefined);
      assert.match(JSON.stringify(policies[0]?.inputs), /OpenTasks.*GroupInServiceInstances/);
      assert.match(JSON.stringify(group?.inputs["initialLifecycleHooks"]), /EC2_INSTANCE_TERMINATING/);
      assert.match(JSON.stringify(group?.inputs["enabledMetrics"]), /GroupInServiceInstances/);
    });
  });
}

test("the published blocks of Shanghai are the four that the tunnel's package knows", () => {
  assert.equal(blocksOf(readSettings(settingsWith({}))).length, 4);
});

/** Follows the routes for a network from a place to where no route leads further. */
function follow(routes: ReturnType<typeof planOf>["routes"], from: Place, to: string): Place {
  let at = from;
  for (let steps = 0; steps < 20; steps += 1) {
    const next = routes.find((route) => route.at === at && route.to === to);
    if (next === undefined) return at;
    at = next.via;
  }
  throw new Error(`the routes from ${from} to ${to} go round in a circle`);
}

/** The text of each such file in the tunnel hosts' user data. */
function hostFiles(asked: readonly Asked[], file: "host.yaml" | "tunnel.yaml"): readonly string[] {
  return asked
    .filter(({ type, name }) => type === "aws:ec2/instance:Instance" && name.endsWith("-host"))
    .flatMap(({ inputs }) => {
      const document: { write_files?: { path: string; content: string }[] } = JSON.parse(
        String(inputs["userData"]).replace("#cloud-config\n", ""),
      );
      return (document.write_files ?? []).filter(({ path }) => path.endsWith(file)).map(({ content }) => content);
    });
}

function withoutSecrets(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && secretMark in inner ? "secret" : inner,
  );
}
