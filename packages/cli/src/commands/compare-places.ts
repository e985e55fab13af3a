import { z } from "zod";
import type { KeyMapping } from "../compare/key-mapping.ts";
import type { ComparedCredentials, Place } from "../compare/sides.ts";
import type { CliConfig } from "../config.ts";
import { refusal } from "../refusal.ts";

const keys = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string().optional(),
});
const environment = z.object({ from: z.literal("environment"), prefix: z.string() });
const credentials = z.union([keys, environment, z.object({ from: z.literal("default-chain") })]);

const side = z.object({
  endpoint: z.string(),
  region: z.string(),
  bucket: z.string(),
  prefix: z.string().default(""),
  pathStyle: z.boolean().default(false),
  requesterPays: z.boolean().default(false),
  addresses: z.array(z.string()).default([]),
  credentials: credentials.optional(),
});

/** As much of a job as a comparison needs, from a file or from the API (which never tells credentials). */
export const comparedJobSchema = z.object({
  source: side,
  target: side,
  keyRules: z
    .object({ leadingSlash: z.string().default("fail"), metadataNames: z.string().default("fail") })
    .prefault({}),
});
export type ComparedJob = z.infer<typeof comparedJobSchema>;

/** Where both sides are, with the credentials that the file or the environment gives. */
export function placesOf(job: ComparedJob, secrets: ComparedJob | undefined, config: CliConfig) {
  const source: Place = {
    ...job.source,
    credentials: credentialsOf(secrets?.source.credentials, config) ?? config.sourceCredentials,
  };
  const target = credentialsOf(secrets?.target.credentials, config) ?? config.targetCredentials;
  if (target === undefined) {
    throw refusal(
      "The API never tells credentials: give the job's file with --file, or set TARGET_ACCESS_KEY_ID and TARGET_SECRET_ACCESS_KEY (and SOURCE_…).",
    );
  }
  const mapping: KeyMapping = {
    sourcePrefix: job.source.prefix,
    targetPrefix: job.target.prefix,
    stripsLeadingSlash: job.keyRules.leadingSlash === "strip",
  };
  return { source, target: { place: { ...job.target, credentials: target }, credentials: target }, mapping };
}

function credentialsOf(
  given: z.infer<typeof credentials> | undefined,
  config: CliConfig,
): ComparedCredentials | undefined {
  if (given === undefined) return undefined;
  if ("accessKeyId" in given) return given;
  if (given.from === "default-chain") return undefined;
  const found = config.credentialsUnder(given.prefix);
  if (found !== undefined) return found;
  throw refusal(
    `The job names ${given.prefix}ACCESS_KEY_ID and ${given.prefix}SECRET_ACCESS_KEY, which are not set here.`,
  );
}
