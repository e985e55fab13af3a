import type { SecretRef } from "./secret-ref.ts";

/** A secret's value, or a sentence that says why there is none and what to do. */
export type SecretAnswer = { readonly secret: string } | { readonly obstacle: string };

/** Where secrets come from. Nothing is kept; asking twice reads twice. */
export interface SecretSource {
  /** Never rejects; an obstacle names the reference and never shows a value. */
  read(ref: SecretRef): Promise<SecretAnswer>;
}

export type SecretsRead =
  | { readonly values: ReadonlyMap<string, string> }
  /** One sentence for each secret that could not be read. */
  | { readonly obstacles: readonly string[] };

/** Reads all of them side by side; with one obstacle there are no values. */
export async function readSecrets(source: SecretSource, refs: ReadonlyMap<string, SecretRef>): Promise<SecretsRead> {
  const answers = await Promise.all([...refs].map(async ([name, ref]) => ({ name, answer: await source.read(ref) })));
  const values = new Map<string, string>();
  const obstacles: string[] = [];
  for (const { name, answer } of answers) {
    if ("obstacle" in answer) obstacles.push(`${name}: ${answer.obstacle}`);
    else values.set(name, answer.secret);
  }
  return obstacles.length > 0 ? { obstacles } : { values };
}
