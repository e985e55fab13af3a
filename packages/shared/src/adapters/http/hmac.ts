import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * HMAC-SHA256 with one key for many texts (RFC 2104), as hex. Two one-shot hashes over prepared pads: half of what Node's
 * `createHmac` costs, and nothing for the garbage collector; a request is signed every few dozen microseconds.
 */
export function createHmacSha256(key: Uint8Array): (text: string) => string {
  const short = key.length > BLOCK_BYTES ? hash("sha256", key, "buffer") : key;
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  for (const [at, byte] of short.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  let message = Buffer.concat([inner], BLOCK_BYTES + 1024);
  return (text) => {
    // A UTF-16 unit is three bytes of UTF-8 at most.
    if (message.length < BLOCK_BYTES + text.length * 3) {
      message = Buffer.concat([inner], BLOCK_BYTES + text.length * 3);
    }
    const lengthBytes = BLOCK_BYTES + message.write(text, BLOCK_BYTES);
    outer.write(hash("sha256", message.subarray(0, lengthBytes), "hex"), BLOCK_BYTES, "hex");
    return hash("sha256", outer, "hex");
  };
}
