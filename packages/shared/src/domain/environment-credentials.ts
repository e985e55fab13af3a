/** An access key of either store. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What a host gives to credentials that are named by reference. */
export interface CredentialHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Prefixes of variables that jobs may name; others stay unread. */
  readonly allowedPrefixes: readonly string[];
}

/**
 * Reads `<prefix>ACCESS_KEY_ID`, `<prefix>SECRET_ACCESS_KEY` and, where there is one, `<prefix>SESSION_TOKEN`. A text is the
 * sentence that says why there is no key.
 */
export function readEnvironmentKey(prefix: string, host: CredentialHost): AccessKey | string {
  if (!host.allowedPrefixes.includes(prefix)) return `the prefix ${prefix} is not in CREDENTIALS_ENV_PREFIXES`;
  const read = (name: string) => host.environment[prefix + name];
  const accessKeyId = read("ACCESS_KEY_ID");
  const secretAccessKey = read("SECRET_ACCESS_KEY");
  if (!accessKeyId) return `${prefix}ACCESS_KEY_ID is not set on this host`;
  if (!secretAccessKey) return `${prefix}SECRET_ACCESS_KEY is not set on this host`;
  const sessionToken = read("SESSION_TOKEN");
  return sessionToken ? { accessKeyId, secretAccessKey, sessionToken } : { accessKeyId, secretAccessKey };
}
