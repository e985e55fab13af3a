import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";
import type { Network } from "./network.ts";
import { createRole, logStatement } from "./roles.ts";
import type { Statement } from "./policies.ts";
import { parameterName, type Secrets } from "./secrets.ts";
import type { Security } from "./security.ts";
import { scaleService } from "./service-scaling.ts";
import { metricNamespace } from "./workers.ts";

interface Shared {
  readonly setting: Setting;
  readonly network: Network;
  readonly secrets: Secrets;
  readonly cluster: aws.ecs.Cluster;
  readonly logs: aws.cloudwatch.LogGroup;
  readonly taskRole: aws.iam.Role;
  readonly executionRole: aws.iam.Role;
}

interface Service {
  readonly what: string;
  readonly containers: readonly Container[];
  readonly count: number;
  readonly group: aws.ec2.SecurityGroup;
  readonly cpu: number;
  readonly memoryMib: number;
}

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  /** Settings in clear. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Settings that ECS fetches from the parameter store, by what they hold. */
  readonly secrets: Readonly<Record<string, string>>;
}

const retentionDays = 30;

/** API and masters, and the workers where no group of hosts copies. They need no host of ours: the gateways forward for them. */
export function createServices(setting: Setting, network: Network, security: Security, secrets: Secrets): void {
  const shared = share(setting, network, secrets);
  const { settings } = setting.plan;
  const ledger = { REDIS_URL: "redis-url", SECRET_KEY: "secret-key" };
  const common = { JOURNAL_URL: `s3://${settings.journal.bucket}/${settings.name}?region=${settings.aws.region}` };
  const blocks = { ...common, OSS_ALLOWED_CIDRS: setting.plan.blocks.join(",") };
  const api: Container = {
    name: "api",
    command: ["node", "services/api/src/main.ts"],
    environment: { ...common, API_HOST: "0.0.0.0" },
    secrets: { ...ledger, API_KEYS: "api-keys" },
  };
  const publisher: Container = {
    name: "backlog",
    command: ["node", "packages/host/src/main.ts", "publish-backlog"],
    environment: { BACKLOG_NAMESPACE: metricNamespace, BACKLOG_FLEET: settings.name },
    secrets: { REDIS_URL: "redis-url" },
  };
  const master: Container = {
    name: "master",
    command: ["node", "services/master/src/main.ts"],
    environment: blocks,
    secrets: ledger,
  };
  const worker: Container = {
    name: "worker",
    command: ["node", "services/worker/src/main.ts"],
    environment: blocks,
    secrets: ledger,
  };
  const group = security.services;
  createService(shared, { what: "api", containers: [api, publisher], count: 1, group, cpu: 512, memoryMib: 1024 });
  createService(shared, { what: "master", containers: [master], count: 2, group, cpu: 1024, memoryMib: 2048 });
  if (settings.workers.run !== "ecs") return;
  const service = createService(shared, {
    what: "worker",
    containers: [worker],
    count: settings.workers.min,
    group: security.workers,
    cpu: 4096,
    memoryMib: 8192,
  });
  scaleService(setting, shared.cluster, service);
}

function share(setting: Setting, network: Network, secrets: Secrets): Shared {
  const { plan, aws: provider } = setting;
  const { name, tags } = named(plan, "services");
  const cluster = new aws.ecs.Cluster(
    name,
    { settings: [{ name: "containerInsights", value: "enabled" }], tags },
    { provider },
  );
  const logs = new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    { name: `/causeway/${plan.settings.name}`, retentionInDays: retentionDays, tags },
    { provider },
  );
  const service = "ecs-tasks.amazonaws.com";
  const taskRole = createRole(setting, secrets, {
    what: "task",
    service,
    secrets: ["redis-url", "secret-key"],
    buckets: "read source",
  });
  const executionRole = createRole(setting, secrets, {
    what: "task-start",
    service,
    secrets: ["redis-url", "secret-key", "api-keys"],
    buckets: "none",
    more: logs.arn.apply((arn) => [logStatement(arn), ...imageStatements(plan.settings.services.image)]),
  });
  return { setting, network, secrets, cluster, logs, taskRole, executionRole };
}

/** ECR's token is for the whole account: AWS knows no narrower resource. The layers are of our repository alone. */
function imageStatements(image: string): readonly Statement[] {
  const [, account = "", region = "", repository = ""] =
    /^(\d+)\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(image) ?? [];
  if (account === "") return [];
  const arn = `arn:aws:ecr:${region}:${account}:repository/${repository}`;
  return [
    { Sid: "ImageToken", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
    { Sid: "Image", Effect: "Allow", Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource: [arn] },
  ];
}

function createService(shared: Shared, { what, containers, count, group, cpu, memoryMib }: Service): aws.ecs.Service {
  const { setting, network, cluster, taskRole, executionRole } = shared;
  const { plan, aws: provider } = setting;
  const { name, tags } = named(plan, what);
  const task = new aws.ecs.TaskDefinition(
    `${name}-task`,
    {
      family: name,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(cpu),
      memory: String(memoryMib),
      taskRoleArn: taskRole.arn,
      executionRoleArn: executionRole.arn,
      containerDefinitions: definitions(shared, containers),
      tags,
    },
    { provider },
  );
  const subnets = network.zones.map(({ workerSubnet }) => workerSubnet.id);
  return new aws.ecs.Service(
    name,
    {
      cluster: cluster.arn,
      taskDefinition: task.arn,
      desiredCount: count,
      launchType: "FARGATE",
      networkConfiguration: { subnets, securityGroups: [group.id], assignPublicIp: false },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      tags,
    },
    { provider, ignoreChanges: ["desiredCount"] },
  );
}

/** ECS' document of containers. Secrets are named by their place; their values never pass through here. */
function definitions({ setting, logs }: Shared, containers: readonly Container[]): pulumi.Output<string> {
  const { plan } = setting;
  const { region } = plan.settings.aws;
  return logs.name.apply((group) =>
    JSON.stringify(
      containers.map(({ name, command, environment = {}, secrets }) => ({
        name,
        image: plan.settings.services.image,
        command,
        essential: true,
        // Longer than DRAIN_TIMEOUT_MS; Fargate allows two minutes.
        stopTimeout: 60,
        readonlyRootFilesystem: false,
        environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
        secrets: Object.entries(secrets).map(([key, what]) => ({ name: key, valueFrom: parameterName(plan, what) })),
        portMappings: name === "api" ? [{ containerPort: 8080 }] : [],
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": group, "awslogs-region": region, "awslogs-stream-prefix": name },
        },
      })),
    ),
  );
}
