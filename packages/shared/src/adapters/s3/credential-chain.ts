import { S3Client } from "@aws-sdk/client-s3";
import { Fault } from "../../domain/fault.ts";
import type { S3Credentials } from "./signature.ts";

/**
 * AWS' own chain: environment, shared files, web identity, container and instance roles. The SDK keeps what it finds and
 * renews it before it expires.
 */
export function createS3CredentialChain(region: string): () => Promise<S3Credentials> {
  const { config } = new S3Client({ region });
  return async () => {
    try {
      return await config.credentials();
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Fault("SOURCE_CREDENTIALS_INVALID", "permanent", { cause: error, said });
    }
  };
}
