import { z } from "zod";
import { limitsSchema } from "./limits.ts";

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

const credentialsSchema = z.union(
  [
    z.strictObject({
      accessKeyId: z.string().min(1),
      secretAccessKey: z.string().min(1),
      sessionToken: z.string().min(1).optional(),
    }),
    z.strictObject({ from: z.literal("environment"), prefix: z.string().regex(/^[A-Z][A-Z0-9_]*_$/) }),
    z.strictObject({ from: z.literal("default-chain") }),
  ],
  {
    error:
      'must be { accessKeyId, secretAccessKey, sessionToken? }, { "from": "environment", "prefix": "SRC_" } or { "from": "default-chain" }',
  },
);

const endpointSchema = z
  .string()
  .regex(/^https?:\/\/[^/?#@\s]+\/?$/, "must be http:// or https:// and a host, without a path or bucket");
const bucketSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be 3 to 63 lower-case letters, digits, dots and dashes");
const regionSchema = z.string().regex(/^[a-z0-9-]+$/, "must be a region's id such as ap-northeast-1 or cn-shanghai");

/** OSS' storage classes; https://www.alibabacloud.com/help/en/oss/user-guide/overview-53 */
const ossStorageClasses = ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"] as const;
const ossStorageClassSchema = z.enum(ossStorageClasses);

export const sourceSpecSchema = z.strictObject({
  provider: z.literal("s3").default("s3"),
  region: regionSchema,
  endpoint: endpointSchema,
  bucket: bucketSchema,
  prefix: z.string().default(""),
  pathStyle: z.boolean().default(false),
  requesterPays: z.boolean().default(false),
  credentials: credentialsSchema,
});

export const targetSpecSchema = z.strictObject({
  provider: z.literal("oss").default("oss"),
  region: regionSchema.refine((region) => !region.startsWith("oss-"), "is written without oss-, such as cn-shanghai"),
  endpoint: endpointSchema,
  bucket: bucketSchema,
  prefix: z
    .string()
    .regex(/^(?![/\\])/, "must not start with / or \\: OSS cannot hold such keys")
    .default(""),
  addresses: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  storageClass: ossStorageClassSchema.optional(),
  serverSideEncryption: z
    .strictObject({ algorithm: z.enum(["AES256", "KMS"]), kmsKeyId: z.string().min(1).optional() })
    .refine((encryption) => encryption.algorithm === "KMS" || encryption.kmsKeyId === undefined, {
      message: "kmsKeyId needs algorithm KMS",
    })
    .optional(),
  credentials: credentialsSchema,
});

const largeObjectsSchema = z
  .strictObject({
    multipartThreshold: z
      .number()
      .int()
      .min(102_400)
      .max(5 * gibibyte)
      .default(64 * mebibyte),
    spreadThreshold: z.number().int().positive().default(gibibyte),
    partSize: z
      .number()
      .int()
      .min(102_400, "must be at least 102400 bytes (100 KB): OSS refuses smaller parts")
      .max(5 * gibibyte, "must be at most 5368709120 bytes (5 GB): OSS refuses larger parts")
      .default(16 * mebibyte),
  })
  .refine((large) => large.spreadThreshold >= large.multipartThreshold, {
    path: ["spreadThreshold"],
    message: "must not be below multipartThreshold",
  });

/** A job as it is submitted (interfaces: "Job specification"). Parsed once, at the API; everything has its default behind. */
export const jobSpecSchema = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
      "must be 1 to 128 letters, digits, _ . or -, starting with a letter or digit",
    ),
  source: sourceSpecSchema,
  target: targetSpecSchema,
  overwrite: z.enum(["never", "always", "if-different", "if-newer"]).default("if-different"),
  unrecorded: z.enum(["copy", "trust-size"]).default("copy"),
  sourceProof: z.enum(["auto", "md5", "none"]).default("auto"),
  recordSource: z.boolean().default(true),
  tasks: z
    .strictObject({
      objectCountLimit: z.number().int().min(1).max(10_000).default(1000),
      objectSizeLimit: z.number().int().positive().default(gibibyte),
    })
    .prefault({}),
  largeObjects: largeObjectsSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  failureLimits: z
    .strictObject({
      share: z.number().gt(0).max(1).default(0.5),
      afterObjects: z.number().int().positive().default(1000),
      objects: z.number().int().positive().default(1_000_000),
    })
    .prefault({}),
  keyRules: z
    .strictObject({
      leadingSlash: z.enum(["fail", "strip"]).default("fail"),
      metadataNames: z.enum(["fail", "dash"]).default("fail"),
    })
    .prefault({}),
  storageClasses: z.record(z.string().regex(/^[A-Z_]+$/), ossStorageClassSchema).default({}),
  allowSharedTarget: z.boolean().default(false),
  weight: z.number().int().min(1).max(100).default(1),
  notify: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      on: z
        .array(z.enum(["ended", "paused"]))
        .min(1)
        .default(["ended", "paused"]),
    })
    .optional(),
});

export type JobSpec = Readonly<z.infer<typeof jobSpecSchema>>;
/** What a person writes: the same without what has a default. */
export type JobSpecInput = z.input<typeof jobSpecSchema>;
export type SourceSpec = JobSpec["source"];
export type TargetSpec = JobSpec["target"];
export type Credentials = z.infer<typeof credentialsSchema>;
export { credentialsSchema };

/** A job specification without its secrets: what is shown, logged and kept in clear. */
export type OpenJobSpec = Omit<JobSpec, "source" | "target"> & {
  readonly source: Omit<SourceSpec, "credentials">;
  readonly target: Omit<TargetSpec, "credentials">;
};

/** Both sides' credentials: sealed before they touch the ledger. */
export interface JobCredentials {
  readonly source: Credentials;
  readonly target: Credentials;
}

/** Parts a specification into what may be shown and what must be sealed. */
export function splitSecrets(spec: JobSpec): { readonly open: OpenJobSpec; readonly credentials: JobCredentials } {
  const { credentials: sourceCredentials, ...source } = spec.source;
  const { credentials: targetCredentials, ...target } = spec.target;
  return { open: { ...spec, source, target }, credentials: { source: sourceCredentials, target: targetCredentials } };
}
