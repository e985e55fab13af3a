import type { Plan } from "../plan/plan.ts";

/** A statement of an IAM policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Service: string };
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export function policyOf(...statements: readonly Statement[]): Policy {
  return { Version: "2012-10-17", Statement: statements };
}

/** What copying needs of the source, and nothing that writes. */
const readObjects = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectTagging"] as const;
const writeJournal = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"] as const;

function bucketArn(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

/** Buckets, and what may be done in them. */
export function sourceStatements({ settings: { source, journal } }: Plan): readonly Statement[] {
  return [
    {
      Sid: "ListBuckets",
      Effect: "Allow",
      Action: ["s3:ListBucket", "s3:GetBucketLocation"],
      Resource: [bucketArn(source.bucket), bucketArn(journal.bucket)],
    },
    { Sid: "ReadSource", Effect: "Allow", Action: readObjects, Resource: [`${bucketArn(source.bucket)}/*`] },
    { Sid: "Journal", Effect: "Allow", Action: writeJournal, Resource: [`${bucketArn(journal.bucket)}/*`] },
  ];
}

/** The role may read the canary, so that a denial can only be the endpoint's. */
export function canaryStatement({ settings: { source } }: Plan): Statement {
  return { Sid: "Canary", Effect: "Allow", Action: ["s3:ListBucket"], Resource: [bucketArn(source.canaryBucket)] };
}

/**
 * The gateway endpoint's policy. From inside, an endpoint cannot be seen: addresses and answers are the public ones. So it denies
 * a bucket that everything else allows, and preflight expects that very denial.
 */
export function endpointPolicy(plan: Plan): Policy {
  const { canaryBucket } = plan.settings.source;
  const images = `arn:aws:s3:::prod-${plan.settings.aws.region}-starport-layer-bucket/*`;
  const everybody = sourceStatements(plan).map((statement): Statement => ({ ...statement, Principal: "*" }));
  return policyOf(
    ...everybody,
    // Where ECR keeps the layers of images.
    { Sid: "ImageLayers", Effect: "Allow", Principal: "*", Action: ["s3:GetObject"], Resource: [images] },
    {
      Sid: "DenyCanary",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: [bucketArn(canaryBucket), `${bucketArn(canaryBucket)}/*`],
    },
  );
}

/** On the source bucket: requests that came by another way than the endpoint are refused, but for the administrators'. */
export function sourceBucketPolicy(plan: Plan, endpointId: string): Policy {
  const { bucket, administrators } = plan.settings.source;
  return policyOf({
    Sid: "OnlyThroughTheEndpoint",
    Effect: "Deny",
    Principal: "*",
    Action: ["s3:*"],
    Resource: [bucketArn(bucket), `${bucketArn(bucket)}/*`],
    Condition: {
      StringNotEquals: { "aws:SourceVpce": endpointId },
      ArnNotLike: { "aws:PrincipalArn": administrators },
    },
  });
}

export function trust(service: string): Policy {
  const statement = {
    Sid: "Assume",
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["sts:AssumeRole"],
  } as const;
  // A trust policy names no resource.
  return JSON.parse(
    JSON.stringify(policyOf({ ...statement, Resource: [] }), (name: string, value: unknown) =>
      name === "Resource" ? undefined : value,
    ),
  );
}
