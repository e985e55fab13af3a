import type { JobCredentials } from "../domain/job-spec.ts";

/** Seals credentials before they touch the ledger (AES-256-GCM under SECRET_KEY) and opens them again. */
export interface CredentialSeal {
  seal(credentials: JobCredentials): string;
  /** Throws when the text was sealed under another key or altered. */
  open(sealed: string): JobCredentials;
}
