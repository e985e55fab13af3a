import * as aws from "@pulumi/aws";
import { named, type Setting } from "../names.ts";
import { sourceBucketPolicy } from "./policies.ts";

/** The canary's bucket, and the source's policy where the settings ask for it. The source itself is not ours to make. */
export function createSourceRules({ plan, aws: provider }: Setting, endpoint: aws.ec2.VpcEndpoint): void {
  const { source } = plan.settings;
  const canary = named(plan, "canary");
  const bucket = new aws.s3.Bucket(canary.name, { bucket: source.canaryBucket, tags: canary.tags }, { provider });
  const closed = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  new aws.s3.BucketPublicAccessBlock(`${canary.name}-closed`, { bucket: bucket.id, ...closed }, { provider });
  if (!source.restrictToEndpoint) return;
  const policy = endpoint.id.apply((id) => JSON.stringify(sourceBucketPolicy(plan, id)));
  new aws.s3.BucketPolicy(named(plan, "source-policy").name, { bucket: source.bucket, policy }, { provider });
}
