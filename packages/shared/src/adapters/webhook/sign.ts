import { createHmac } from "node:crypto";

/**
 * The headers of a message by the Standard Webhooks specification (standardwebhooks.com): HMAC-SHA256 of
 * `id.seconds.body`, one signature for each secret, so that a secret can be replaced without a gap.
 */
export function signedHeaders(
  message: { readonly id: string; readonly body: string },
  secrets: readonly Buffer[],
  nowMs: number,
): Readonly<Record<string, string>> {
  const seconds = String(Math.floor(nowMs / 1000));
  const content = `${message.id}.${seconds}.${message.body}`;
  const signatures = secrets.map((secret) => `v1,${createHmac("sha256", secret).update(content).digest("base64")}`);
  return { "webhook-id": message.id, "webhook-timestamp": seconds, "webhook-signature": signatures.join(" ") };
}
