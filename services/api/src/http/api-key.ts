import { type HashedKey, hashedKey, type Role, roles } from "./auth.ts";

const shortestKey = 8;
/** As `printf %s KEY | sha256sum` prints it. */
const hashForm = /^sha256:([0-9a-f]{64})$/i;

/**
 * Reads an entry of API_KEYS: `name:role:key`, or `name:role:sha256:HASH` where the settings are not to hold the key itself.
 * Undefined: it is neither.
 */
export function readApiKey(entry: string): HashedKey | undefined {
  const [name = "", role = "", ...rest] = entry.split(":");
  const key = rest.join(":");
  const known: Role | undefined = roles.find((candidate) => candidate === role);
  if (name === "" || known === undefined) return undefined;
  const hash = hashForm.exec(key)?.[1];
  if (hash !== undefined) return { name, role: known, keyHash: Buffer.from(hash, "hex") };
  // A hash that was cut off must not become a key that anybody can guess from the settings.
  if (key.toLowerCase().startsWith("sha256:") || key.length < shortestKey) return undefined;
  return hashedKey({ name, role: known }, key);
}

export const apiKeyForm = `must be name:role:key or name:role:sha256:HASH (64 hex digits), with a role of ${roles.join(", ")} and a key of at least ${shortestKey} characters`;

/** Names that stand for more than one key: the log could not tell who called. */
export function namesTwice(keys: readonly HashedKey[]): readonly string[] {
  const names = keys.map(({ name }) => name);
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}
