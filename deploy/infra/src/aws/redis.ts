import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { userData } from "../../../worker-host/user-data.ts";
import { redisYaml } from "../host-yaml.ts";
import { named, type Setting } from "../names.ts";
import type { Network } from "./network.ts";
import { createRole, profileOf } from "./roles.ts";
import { store, type Secrets } from "./secrets.ts";
import type { Security } from "./security.ts";

interface RedisParts {
  readonly network: Network;
  readonly security: Security;
  readonly secrets: Secrets;
}

const passwordLength = 64;

/** The ledger's Redis, and its address with the password as a parameter. */
export function createRedis(setting: Setting, parts: RedisParts): void {
  const made = new random.RandomPassword(named(setting.plan, "redis-password").name, {
    length: passwordLength,
    special: false,
  });
  const password = pulumi.secret(made.result);
  if (setting.plan.settings.redis.run === "host") createHost(setting, parts, password);
  else createCache(setting, parts, password);
}

/** A host with Debian's Redis: AOF every second on an encrypted volume, no eviction. */
function createHost(
  setting: Setting,
  { network, security, secrets }: RedisParts,
  password: pulumi.Output<string>,
): void {
  const { plan, aws: provider } = setting;
  const { name, tags } = named(plan, "redis");
  const subnet = network.zones[0]?.workerSubnet;
  if (subnet === undefined) return;
  store(setting, secrets, "redis-password", password);
  const role = createRole(setting, secrets, {
    what: "redis",
    service: "ec2.amazonaws.com",
    secrets: ["redis-password"],
    buckets: "none",
  });
  const instance = new aws.ec2.Instance(
    name,
    {
      ami: plan.settings.hosts.imageId,
      instanceType: plan.settings.redis.instanceType,
      subnetId: subnet.id,
      vpcSecurityGroupIds: [security.redis.id],
      iamInstanceProfile: profileOf(setting, "redis", role).name,
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 50 },
      userData: userData({ host: redisYaml(plan) }),
      tags,
    },
    // Its disk is the ledger: a new image must not take it away.
    { provider, ignoreChanges: ["ami", "userData"], protect: true },
  );
  store(setting, secrets, "redis-url", pulumi.interpolate`redis://:${password}@${instance.privateIp}:6379`);
}

/** ElastiCache with a replica in another zone. It keeps no AOF: docs/network.md says what that means. */
function createCache(
  setting: Setting,
  { network, security, secrets }: RedisParts,
  password: pulumi.Output<string>,
): void {
  const { plan, aws: provider } = setting;
  const { name, tags } = named(plan, "redis");
  const subnets = new aws.elasticache.SubnetGroup(
    `${name}-subnets`,
    { subnetIds: network.zones.map(({ workerSubnet }) => workerSubnet.id) },
    { provider },
  );
  const parameters = new aws.elasticache.ParameterGroup(
    `${name}-parameters`,
    { family: "redis7", parameters: [{ name: "maxmemory-policy", value: "noeviction" }] },
    { provider },
  );
  const several = network.zones.length > 1;
  const cache = new aws.elasticache.ReplicationGroup(
    name,
    {
      description: "Causeway's ledger",
      engine: "redis",
      engineVersion: "7.1",
      nodeType: plan.settings.redis.instanceType,
      numCacheClusters: several ? 2 : 1,
      automaticFailoverEnabled: several,
      multiAzEnabled: several,
      subnetGroupName: subnets.name,
      parameterGroupName: parameters.name,
      securityGroupIds: [security.redis.id],
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      authToken: password,
      tags,
    },
    { provider, protect: true, additionalSecretOutputs: ["authToken"] },
  );
  store(setting, secrets, "redis-url", pulumi.interpolate`rediss://:${password}@${cache.primaryEndpointAddress}:6379`);
}
