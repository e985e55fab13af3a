/** A field of the form: where its value stands in the job, and how it is asked for. */
export interface Field {
  readonly path: string;
  readonly label: string;
  readonly kind:
    | "text"
    | "secret"
    | "whole-number"
    | "number"
    | "list"
    | "json"
    | "tick"
    | "timetable"
    | "credentials"
    | Choices;
  readonly hint?: string;
  readonly example?: string;
  /** Must be given: everything else has its default. */
  readonly isNeeded?: true;
}

export interface Choices {
  /** The values, the default first. */
  readonly choices: readonly string[];
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

const needed = { isNeeded: true } as const;
const storageClasses = { choices: ["", "Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"] } as const;

/** What may also be changed while the job runs. */
export const limitFields: readonly Field[] = [
  { path: "weight", label: "Weight among jobs", kind: "whole-number", hint: "1 to 100; 1 is usual." },
  { path: "limits.bytesPerSecond", label: "Bytes per second", kind: "whole-number", hint: "0: no limit." },
  { path: "limits.requestsPerSecond", label: "Requests per second", kind: "whole-number", hint: "0: no limit." },
  {
    path: "limits.timetable",
    label: "Timetable",
    kind: "timetable",
    hint: "The first window that holds now wins over the figures above.",
  },
];

/** The job's own name. */
export const nameField: Field = {
  path: "name",
  label: "Name of the job",
  kind: "text",
  example: "tokyo-to-shanghai",
  isNeeded: true,
};

/** What every job needs of either side. */
export const mainGroups: readonly FieldGroup[] = [
  {
    title: "Source (S3)",
    fields: [
      { path: "source.region", label: "Region", kind: "text", example: "ap-northeast-1", ...needed },
      {
        path: "source.endpoint",
        label: "Endpoint",
        kind: "text",
        example: "https://s3.ap-northeast-1.amazonaws.com",
        ...needed,
      },
      { path: "source.bucket", label: "Bucket", kind: "text", ...needed },
      {
        path: "source.prefix",
        label: "Prefix",
        kind: "text",
        hint: "Empty: the whole bucket. It is replaced by the target's prefix.",
        example: "source_folder/",
      },
      { path: "source.credentials", label: "Credentials", kind: "credentials", ...needed },
      { path: "source.pathStyle", label: "Bucket in the path instead of the host", kind: "tick" },
      { path: "source.requesterPays", label: "Requester pays", kind: "tick" },
    ],
  },
  {
    title: "Target (OSS)",
    fields: [
      { path: "target.region", label: "Region", kind: "text", example: "cn-shanghai", ...needed },
      {
        path: "target.endpoint",
        label: "Endpoint",
        kind: "text",
        example: "http://oss-cn-shanghai-internal.aliyuncs.com",
        ...needed,
      },
      { path: "target.bucket", label: "Bucket", kind: "text", ...needed },
      { path: "target.prefix", label: "Prefix", kind: "text", example: "destination_folder/" },
      { path: "target.credentials", label: "Credentials", kind: "credentials", ...needed },
      {
        path: "target.addresses",
        label: "Addresses of the endpoint",
        kind: "list",
        hint: "Where its name does not resolve inside the tunnel; comma-separated.",
        example: "100.118.28.1, 100.114.102.1",
      },
      {
        path: "target.storageClass",
        label: "Storage class",
        kind: storageClasses,
        hint: "Empty: by the source's class.",
      },
      { path: "target.serverSideEncryption.algorithm", label: "Encryption", kind: { choices: ["", "AES256", "KMS"] } },
      { path: "target.serverSideEncryption.kmsKeyId", label: "KMS key id", kind: "text" },
    ],
  },
];

/** What has a default that is right for most jobs. */
export const moreGroups: readonly FieldGroup[] = [
  {
    title: "What is copied",
    fields: [
      { path: "overwrite", label: "Overwrite", kind: { choices: ["if-different", "never", "always", "if-newer"] } },
      { path: "unrecorded", label: "Where the target records no source", kind: { choices: ["copy", "trust-size"] } },
      { path: "sourceProof", label: "Proof of the source's bytes", kind: { choices: ["auto", "md5", "none"] } },
      {
        path: "recordSource",
        label: "Record the source in the target's metadata",
        kind: { choices: ["true", "false"] },
      },
      { path: "keyRules.leadingSlash", label: "Keys that begin with a slash", kind: { choices: ["fail", "strip"] } },
      { path: "keyRules.metadataNames", label: "Metadata names that OSS refuses", kind: { choices: ["fail", "dash"] } },
      {
        path: "storageClasses",
        label: "Storage classes",
        kind: "json",
        hint: "S3's class to OSS' class.",
        example: '{ "GLACIER": "Archive" }',
      },
      { path: "allowSharedTarget", label: "Other jobs may write to the same place", kind: "tick" },
    ],
  },
  {
    title: "Limits and weight",
    fields: [
      ...limitFields,
      {
        path: "failureLimits.share",
        label: "Pause at this share of failed objects",
        kind: "number",
        hint: "0.5 is half.",
      },
      { path: "failureLimits.afterObjects", label: "but only after so many objects", kind: "whole-number" },
      { path: "failureLimits.objects", label: "Pause at so many failed objects", kind: "whole-number" },
    ],
  },
  {
    title: "Tasks and large objects",
    fields: [
      { path: "tasks.objectCountLimit", label: "Objects in a task", kind: "whole-number" },
      { path: "tasks.objectSizeLimit", label: "Bytes in a task", kind: "whole-number" },
      { path: "largeObjects.multipartThreshold", label: "In parts from, bytes", kind: "whole-number" },
      { path: "largeObjects.spreadThreshold", label: "By many workers from, bytes", kind: "whole-number" },
      { path: "largeObjects.partSize", label: "Bytes in a part", kind: "whole-number" },
    ],
  },
  {
    title: "Notification",
    fields: [
      { path: "notify.url", label: "Webhook", kind: "text", example: "https://example.com/hook" },
      { path: "notify.on", label: "When", kind: "list", hint: "ended, paused", example: "ended, paused" },
    ],
  },
];

/** The fields inside credentials, by where they come from. */
export const credentialKinds = [
  { from: "keys", label: "Access key" },
  { from: "environment", label: "The services' environment" },
  { from: "default-chain", label: "The provider's default chain" },
] as const;
export type CredentialKind = (typeof credentialKinds)[number]["from"];

/** The fields that a kind of credentials has, below `source.credentials` or `target.credentials`. */
export function credentialFields(at: string, kind: CredentialKind): readonly Field[] {
  switch (kind) {
    case "keys":
      return [
        { path: `${at}.accessKeyId`, label: "Access key id", kind: "text", ...needed },
        { path: `${at}.secretAccessKey`, label: "Secret access key", kind: "secret", ...needed },
        { path: `${at}.sessionToken`, label: "Session token", kind: "secret" },
      ];
    case "environment":
      return [{ path: `${at}.prefix`, label: "Prefix of the variables", kind: "text", example: "SRC_", ...needed }];
    case "default-chain":
      return [];
    default:
      return kind satisfies never;
  }
}

/** Every path beside which a fault can stand. */
export const fieldPaths: readonly string[] = [{ title: "", fields: [nameField] }, ...mainGroups, ...moreGroups].flatMap(
  ({ fields }) =>
    fields.flatMap(({ path, kind }) =>
      kind === "credentials"
        ? [path, ...credentialKinds.flatMap(({ from }) => credentialFields(path, from).map((field) => field.path))]
        : [path],
    ),
);
