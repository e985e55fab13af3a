import { createHmac, hash } from "node:crypto";

/** Signs a text of one character per byte; answers HMAC-SHA256 as hexadecimal digits. */
export type Sign = (text: string) => string;

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const ROOM_BYTES = 1024;

/** The key that a day's signatures are made with: the secret is signed, the answer signs the next text, and so on (SigV4). */
export function deriveKey(secret: string, texts: readonly string[]): Buffer {
  return texts.reduce<Buffer>(
    (key, text) => createHmac("sha256", key).update(text, "latin1").digest(),
    Buffer.from(secret),
  );
}

/**
 * RFC 2104 with one key of at most 64 bytes for many texts: two hashes in one call each over blocks that hold the key
 * already. An Hmac object of Node's costs three times as much, and every request is verified.
 */
export function createSign(key: Buffer): Sign {
  const inner = padded(key, 0x36, ROOM_BYTES);
  const outer = padded(key, 0x5c, DIGEST_BYTES);
  return (text) => {
    const message = text.length <= ROOM_BYTES ? inner : padded(key, 0x36, text.length);
    const endBytes = BLOCK_BYTES + message.write(text, BLOCK_BYTES, "latin1");
    outer.write(hash("sha256", message.subarray(0, endBytes), "hex"), BLOCK_BYTES, "hex");
    return hash("sha256", outer, "hex");
  };
}

/** The key in a block of its own, and room behind it. */
function padded(key: Buffer, pad: number, roomBytes: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES + roomBytes, pad);
  for (const [at, byte] of key.entries()) block[at] = byte ^ pad;
  return block;
}
