import type { Credentials } from "../domain/job-spec.ts";
import { Fault } from "../domain/fault.ts";

/** An access key as requests are signed with it. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Asked before each request; keeps what it gives and renews it in time. */
export type CredentialSource = () => AccessKey | Promise<AccessKey>;

export interface CredentialRules {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Prefixes that jobs may name (CREDENTIALS_ENV_PREFIXES). */
  readonly prefixes: readonly string[];
}

/**
 * Turns what a job says of its credentials into keys: inline ones, variables of this service's environment under an
 * allowed prefix (`SRC_ACCESS_KEY_ID`, `SRC_SECRET_ACCESS_KEY`, `SRC_SESSION_TOKEN`), or the provider's own chain.
 * Throws a permanent Fault that names the variable or prefix which is missing.
 */
export function credentialSource(
  side: "SOURCE" | "TARGET",
  given: Credentials,
  rules: CredentialRules,
  chain: () => CredentialSource,
): CredentialSource {
  if ("accessKeyId" in given) return () => given;
  if (given.from === "default-chain") return chain();
  const key = keyOfEnvironment(side, given.prefix, rules);
  return () => key;
}

function keyOfEnvironment(side: "SOURCE" | "TARGET", prefix: string, { env, prefixes }: CredentialRules): AccessKey {
  const refuse = (said: string): never => {
    throw new Fault(`${side}_CREDENTIALS_INVALID`, "permanent", { said });
  };
  if (!prefixes.includes(prefix)) {
    return refuse(`the prefix ${prefix} is not in CREDENTIALS_ENV_PREFIXES of master and workers`);
  }
  const read = (name: string): string =>
    env[`${prefix}${name}`] || refuse(`${prefix}${name} is not set in the environment of master and workers`);
  return {
    accessKeyId: read("ACCESS_KEY_ID"),
    secretAccessKey: read("SECRET_ACCESS_KEY"),
    sessionToken: env[`${prefix}SESSION_TOKEN`] || undefined,
  };
}
