import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";
import { canaryStatement, policyOf, sourceStatements, type Statement, trust } from "./policies.ts";
import type { Secrets } from "./secrets.ts";

export interface RoleRequest {
  readonly what: string;
  /** Who takes it on: `ec2.amazonaws.com`. */
  readonly service: string;
  /** Which secrets it may read, by what they hold. */
  readonly secrets: readonly string[];
  readonly buckets: "read source" | "none";
  readonly more?: pulumi.Input<readonly Statement[]>;
}

/** A role with one policy that names every action and every resource. */
export function createRole({ plan, aws: provider }: Setting, secrets: Secrets, request: RoleRequest): aws.iam.Role {
  const { name, tags } = named(plan, request.what);
  const role = new aws.iam.Role(name, { assumeRolePolicy: JSON.stringify(trust(request.service)), tags }, { provider });
  const parameters = request.secrets.flatMap((what) => secrets.parameters.get(what)?.arn ?? []);
  const more = request.more ?? [];
  const policy = pulumi
    .all([pulumi.all(parameters), secrets.key.arn, more])
    .apply(([names, key, further]) =>
      JSON.stringify(
        policyOf(
          { Sid: "Secrets", Effect: "Allow", Action: ["ssm:GetParameter", "ssm:GetParameters"], Resource: names },
          { Sid: "SecretsKey", Effect: "Allow", Action: ["kms:Decrypt"], Resource: [key] },
          ...(request.buckets === "none" ? [] : [...sourceStatements(plan), canaryStatement(plan)]),
          ...further,
        ),
      ),
    );
  new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, { provider });
  return role;
}

/** What an EC2 instance needs to take on a role. */
export function profileOf({ plan, aws: provider }: Setting, what: string, role: aws.iam.Role): aws.iam.InstanceProfile {
  const { name, tags } = named(plan, `${what}-profile`);
  return new aws.iam.InstanceProfile(name, { role: role.name, tags }, { provider });
}

/** Writing to one group of logs. */
export function logStatement(groupArn: string): Statement {
  return {
    Sid: "Logs",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [`${groupArn}:*`],
  };
}
