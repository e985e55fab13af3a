import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { credentialsSchema } from "../../domain/job-spec.ts";
import type { CredentialSeal } from "../../ports/secrets.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;

/** `key` names the key without telling it, so that a changed SECRET_KEY is told from an altered text. */
const sealedSchema = z.strictObject({
  version: z.literal(1),
  key: z.string(),
  nonce: z.base64(),
  tag: z.base64(),
  text: z.base64(),
});
const jobCredentialsSchema = z.strictObject({ source: credentialsSchema, target: credentialsSchema });

/** Seals credentials with AES-256-GCM and a random nonce; `secretKey` has 32 bytes. */
export function createSeal(secretKey: Uint8Array): CredentialSeal {
  const keyId = createHash("sha256").update("causeway key id\0").update(secretKey).digest("hex").slice(0, 16);
  return {
    seal(credentials) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, secretKey, nonce).setAAD(Buffer.from(keyId));
      const text = Buffer.concat([cipher.update(JSON.stringify(credentials), "utf8"), cipher.final()]);
      return JSON.stringify({
        version: 1,
        key: keyId,
        nonce: nonce.toString("base64"),
        tag: cipher.getAuthTag().toString("base64"),
        text: text.toString("base64"),
      });
    },
    open(sealed) {
      const { key, nonce, tag, text } = sealedSchema.parse(JSON.parse(sealed));
      if (key !== keyId) {
        throw new Error("these credentials were sealed under another SECRET_KEY; give all services the same one");
      }
      const decipher = createDecipheriv(algorithm, secretKey, Buffer.from(nonce, "base64"), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(keyId)).setAuthTag(Buffer.from(tag, "base64"));
      const clear = Buffer.concat([decipher.update(Buffer.from(text, "base64")), decipher.final()]);
      return jobCredentialsSchema.parse(JSON.parse(clear.toString("utf8")));
    },
  };
}
