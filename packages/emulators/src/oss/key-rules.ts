import { MAX_KEY_BYTES } from "./limits.ts";
import { refuse } from "./refusal.ts";

/** Refuses keys that OSS cannot hold: empty, longer than 1,023 bytes of UTF-8, or with a leading `/` or `\`. */
export function checkKey(key: string): void {
  if (key === "") throw refuse("InvalidObjectName", { message: "The Object name can not be empty." });
  // No UTF-16 unit takes more than three bytes, so short keys need no counting.
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw refuse("InvalidObjectName", { message: "The Length of Object name must be less than 1024." });
  }
  if (key.startsWith("/") || key.startsWith("\\")) throw refuse("InvalidObjectName");
}

const BUCKET_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/u;

/** Lower-case letters, digits and `-`, 3 to 63 of them, a letter or digit at both ends. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name);
}
