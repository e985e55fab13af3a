import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";
import { metricNamespace } from "./workers.ts";

/** As many workers as the backlog asks for; ECS stops one by SIGTERM, on which it drains. */
export function scaleService(
  { plan, aws: provider }: Setting,
  cluster: aws.ecs.Cluster,
  service: aws.ecs.Service,
): void {
  const { workers, name: fleet } = plan.settings;
  const target = new aws.appautoscaling.Target(
    named(plan, "worker-scale").name,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
      minCapacity: workers.min,
      maxCapacity: workers.max,
    },
    { provider },
  );
  new aws.appautoscaling.Policy(
    named(plan, "worker-backlog").name,
    {
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: workers.tasksPerWorker,
        customizedMetricSpecification: {
          metricName: "OpenTasksPerHost",
          namespace: metricNamespace,
          statistic: "Maximum",
          dimensions: [{ name: "Fleet", value: fleet }],
        },
      },
    },
    { provider },
  );
}
