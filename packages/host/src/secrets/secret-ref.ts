/** Where a secret lies. The text that names the place is no secret itself. */
export type SecretRef =
  | { readonly from: "ssm"; readonly name: string; readonly text: string }
  | { readonly from: "secretsmanager"; readonly id: string; readonly key: string | undefined; readonly text: string }
  | { readonly from: "env"; readonly name: string; readonly text: string }
  | { readonly from: "file"; readonly path: string; readonly text: string };

/** The forms, for messages. */
export const secretRefForms =
  "ssm:/path/of/parameter, secretsmanager:name, secretsmanager:name#key, env:NAME or file:/path";

/**
 * Reads `ssm:/path`, `secretsmanager:name` (`#key` takes one value out of a secret that is a JSON object), `env:NAME` and
 * `file:/path`. Undefined: it is none of them.
 */
export function parseSecretRef(text: string): SecretRef | undefined {
  const [, scheme = "", rest = ""] = /^(ssm|secretsmanager|env|file):(.+)$/.exec(text) ?? [];
  switch (scheme) {
    case "ssm":
      return /^\/[A-Za-z0-9_.\-/]+$/.test(rest) ? { from: "ssm", name: rest, text } : undefined;
    case "secretsmanager":
      return secretsManagerRef(rest, text);
    case "env":
      return /^[A-Za-z_]\w*$/.test(rest) ? { from: "env", name: rest, text } : undefined;
    case "file":
      return rest.startsWith("/") ? { from: "file", path: rest, text } : undefined;
    default:
      return undefined;
  }
}

function secretsManagerRef(rest: string, text: string): SecretRef | undefined {
  const [, id, key] = /^([A-Za-z0-9/_+=.@:-]+)(?:#([^#\s]+))?$/.exec(rest) ?? [];
  return id === undefined ? undefined : { from: "secretsmanager", id, key, text };
}
