import { Fault } from "../../domain/fault.ts";
import type { S3Credentials } from "./signature.ts";

/**
 * AWS' own chain: environment, shared files, web identity, container and instance roles. The SDK keeps what it finds and
 * renews it before it expires.
 */
export function createS3CredentialChain(region: string): () => Promise<S3Credentials> {
  let chain: Promise<() => Promise<S3Credentials>> | undefined;
  return async () => {
    try {
      chain ??= openChain(region);
      return await (
        await chain
      )();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      // A metadata service that is slow for a moment must fail no object: whoever asked tries again.
      throw new Fault("SOURCE_CREDENTIALS_INVALID", "transient", { cause: error, said });
    }
  };
}

/** Loads the SDK only here: most processes do without it, and without its memory. */
async function openChain(region: string): Promise<() => Promise<S3Credentials>> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  const { config } = new S3Client({ region });
  return () => config.credentials();
}
