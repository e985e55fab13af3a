import * as aws from "@pulumi/aws";
import { userData } from "../../../worker-host/user-data.ts";
import { hostYaml } from "../host-yaml.ts";
import { named, type Setting } from "../names.ts";
import type { Network } from "./network.ts";
import { createRole, profileOf } from "./roles.ts";
import type { Secrets } from "./secrets.ts";
import type { Security } from "./security.ts";

/** CloudWatch's namespace for what `causeway-host publish-backlog` prints. */
export const metricNamespace = "Causeway";

/** Longer than the worker drains (60 s) and systemd waits for it (90 s). */
const drainSeconds = 180;

/** Worker hosts behind the gateways, as many as the backlog asks for. */
export function createWorkerGroup(setting: Setting, network: Network, security: Security, secrets: Secrets): void {
  const { plan, aws: provider } = setting;
  const { workers, hosts } = plan.settings;
  const { name, tags } = named(plan, "workers");
  const role = createRole(setting, secrets, {
    what: "worker",
    service: "ec2.amazonaws.com",
    secrets: ["redis-url", "secret-key"],
    buckets: "read source",
  });
  const template = new aws.ec2.LaunchTemplate(
    name,
    {
      imageId: hosts.imageId,
      instanceType: workers.instanceType,
      iamInstanceProfile: { name: profileOf(setting, "worker", role).name },
      vpcSecurityGroupIds: [security.workers.id],
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 16 } }],
      userData: Buffer.from(userData({ host: hostYaml(plan, "run", "watch") })).toString("base64"),
      updateDefaultVersion: true,
      tags,
    },
    { provider },
  );
  const group = new aws.autoscaling.Group(
    name,
    {
      name,
      minSize: workers.min,
      maxSize: workers.max,
      vpcZoneIdentifiers: network.zones.map(({ workerSubnet }) => workerSubnet.id),
      launchTemplate: { id: template.id, version: "$Latest" },
      healthCheckType: "EC2",
      // The policy below divides by it; AWS publishes it only where asked.
      metricsGranularity: "1Minute",
      enabledMetrics: ["GroupInServiceInstances"],
      defaultInstanceWarmup: 120,
      // While the hook waits, causeway-scale-in.service stops the worker, which hands its tasks back.
      initialLifecycleHooks: [
        {
          name: "drain",
          lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
          heartbeatTimeout: drainSeconds,
          defaultResult: "CONTINUE",
        },
      ],
      instanceRefresh: { strategy: "Rolling", preferences: { minHealthyPercentage: 50 } },
      tags: [{ key: "Name", value: name, propagateAtLaunch: true }],
    },
    { provider },
  );
  followBacklog(setting, name, group);
}

/** More hosts while tasks pile up, fewer when they run out. */
function followBacklog({ plan, aws: provider }: Setting, name: string, group: aws.autoscaling.Group): void {
  const { workers, name: fleet } = plan.settings;
  new aws.autoscaling.Policy(
    `${name}-backlog`,
    {
      autoscalingGroupName: group.name,
      policyType: "TargetTrackingScaling",
      targetTrackingConfiguration: {
        targetValue: workers.tasksPerWorker,
        customizedMetricSpecification: { metrics: backlogPerWorker(name, fleet) },
      },
    },
    { provider },
  );
}

/** Open tasks for each host in service: CloudWatch divides two figures. An empty group counts as one host. */
function backlogPerWorker(
  group: string,
  fleet: string,
): aws.types.input.autoscaling.PolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetric[] {
  const backlog = {
    namespace: metricNamespace,
    metricName: "OpenTasks",
    dimensions: [{ name: "Fleet", value: fleet }],
  };
  const hosts = {
    namespace: "AWS/AutoScaling",
    metricName: "GroupInServiceInstances",
    dimensions: [{ name: "AutoScalingGroupName", value: group }],
  };
  return [
    { id: "open", metricStat: { metric: backlog, stat: "Maximum" }, returnData: false },
    { id: "hosts", metricStat: { metric: hosts, stat: "Average" }, returnData: false },
    { id: "each", expression: "open / IF(hosts > 0, hosts, 1)", label: "Open tasks per host", returnData: true },
  ];
}
