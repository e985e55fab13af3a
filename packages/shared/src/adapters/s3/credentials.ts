import { type CredentialHost, readEnvironmentKey } from "../../domain/environment-credentials.ts";
import { Fault } from "../../domain/fault.ts";
import type { Credentials } from "../../domain/job-spec.ts";
import type { S3Credentials } from "./signature.ts";

/**
 * Gives a job's credentials for the source, whatever way the job names them. Throws SOURCE_CREDENTIALS_INVALID, with the reason,
 * where this host cannot give them. The default chain is AWS' own (environment, files, IMDS, web identity …): the SDK keeps
 * and renews what it finds.
 */
export function createS3Credentials(named: Credentials, host: CredentialHost): () => Promise<S3Credentials> {
  if (!("from" in named)) return async () => named;
  if (named.from === "environment") {
    return async () => {
      const key = readEnvironmentKey(named.prefix, host);
      if (typeof key === "string") throw new Fault("SOURCE_CREDENTIALS_INVALID", "permanent", { said: key });
      return key;
    };
  }
  let chain: Promise<() => Promise<S3Credentials>> | undefined;
  return async () => {
    chain ??= openDefaultChain();
    try {
      return await (
        await chain
      )();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Fault("SOURCE_CREDENTIALS_INVALID", "permanent", { cause: error, said });
    }
  };
}

/** Loads the SDK only here: it takes a tenth of a second and 20 MB that most processes do without. */
async function openDefaultChain(): Promise<() => Promise<S3Credentials>> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  // The region is not used: only the client's credentials are.
  const client = new S3Client({ region: "us-east-1" });
  return () => client.config.credentials();
}
