import * as alicloud from "@pulumi/alicloud";
import * as pulumi from "@pulumi/pulumi";
import { named, type Setting } from "../names.ts";
import type { Regions } from "./networks.ts";

/** What a job needs of the target, and nothing else. Multipart uploads need their own two. */
const objectActions = [
  "oss:GetObject",
  "oss:PutObject",
  "oss:DeleteObject",
  "oss:AbortMultipartUpload",
  "oss:ListParts",
  "oss:GetObjectTagging",
  "oss:PutObjectTagging",
];
const bucketActions = ["oss:ListObjects", "oss:ListMultipartUploads", "oss:GetBucketInfo", "oss:GetBucketLocation"];

export interface TargetAccess {
  readonly accessKeyId: pulumi.Output<string>;
  readonly accessKeySecret: pulumi.Output<string>;
}

/** A RAM user that may write below the target's prefix, and a bucket policy that lets it in from our VPC alone. */
export function createTarget(setting: Setting, { far: { vpc } }: Regions): TargetAccess {
  const { plan, far: provider } = setting;
  const { target } = plan.settings;
  const name = named(plan, "copier").name;
  const bucketArn = `acs:oss:*:*:${target.bucket}`;
  const objectsArn = `${bucketArn}/${target.prefix}*`;
  const user = new alicloud.ram.User(name, { name, comments: "Copies into the target bucket" }, { provider });
  const document = {
    Version: "1",
    Statement: [
      { Effect: "Allow", Action: objectActions, Resource: [objectsArn] },
      { Effect: "Allow", Action: bucketActions, Resource: [bucketArn] },
    ],
  };
  const policy = new alicloud.ram.Policy(
    name,
    { policyName: name, policyDocument: JSON.stringify(document) },
    { provider },
  );
  new alicloud.ram.UserPolicyAttachment(
    name,
    { policyName: policy.policyName.apply((text) => text ?? name), policyType: "Custom", userName: user.name },
    { provider },
  );
  const accessKey = new alicloud.ram.AccessKey(
    name,
    { userName: user.name },
    { provider, additionalSecretOutputs: ["secret"] },
  );
  const rules = pulumi.all([user.id, vpc.id]).apply(([principal, vpcId]) =>
    JSON.stringify({
      Version: "1",
      // Even with a stolen key nobody writes from outside the VPC.
      Statement: [
        {
          Effect: "Deny",
          Principal: [principal],
          Action: ["oss:*"],
          Resource: [bucketArn, `${bucketArn}/*`],
          Condition: { StringNotEquals: { "acs:SourceVpc": [vpcId] } },
        },
      ],
    }),
  );
  new alicloud.oss.BucketPolicy(
    named(plan, "target-policy").name,
    { bucket: target.bucket, policy: rules },
    { provider },
  );
  return { accessKeyId: accessKey.id, accessKeySecret: pulumi.secret(accessKey.secret) };
}

/** An address of OSS in our own far VPC, for those who do not want routes into 100.64.0.0/10. */
export function createPrivateLink(setting: Setting, { far }: Regions): alicloud.privatelink.VpcEndpoint | undefined {
  const { plan } = setting;
  const { path, aws } = plan.settings;
  if (path.access !== "privatelink") return undefined;
  const options = { provider: setting.far };
  const { name } = named(plan, "oss");
  const group = new alicloud.ecs.SecurityGroup(name, { securityGroupName: name, vpcId: far.vpc.id }, options);
  for (const port of [80, 443]) {
    new alicloud.ecs.SecurityGroupRule(
      `${name}-${port}`,
      { securityGroupId: group.id, type: "ingress", ipProtocol: "tcp", portRange: `${port}/${port}`, cidrIp: aws.vpc },
      options,
    );
  }
  const endpoint = new alicloud.privatelink.VpcEndpoint(
    name,
    {
      vpcEndpointName: name,
      vpcId: far.vpc.id,
      securityGroupIds: [group.id],
      serviceName: path.privatelinkService ?? "",
    },
    options,
  );
  for (const [n, each] of far.switches.entries()) {
    new alicloud.privatelink.VpcEndpointZone(
      `${name}-zone-${n + 1}`,
      { endpointId: endpoint.id, vswitchId: each.id, zoneId: each.zoneId },
      options,
    );
  }
  return endpoint;
}
