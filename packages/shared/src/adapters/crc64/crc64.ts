import type { Crc64, Crc64Engine } from "./engine.ts";
import { loadNativeCrc64 } from "./native.ts";
import { wasmCrc64 } from "./wasm.ts";

export type { Crc64 } from "./engine.ts";
export { combineCrc64 } from "./wasm.ts";

let engine: Crc64Engine = loadNativeCrc64() ?? wasmCrc64;

/** Says which engine computes, after choosing it: `auto` takes the native one where it was built. */
export function chooseCrc64(choice: "auto" | "wasm"): string {
  engine = (choice === "auto" ? loadNativeCrc64() : undefined) ?? wasmCrc64;
  return engine.name;
}

/**
 * CRC-64/XZ (the one that OSS sends as `x-oss-hash-crc64ecma`) of `bytes`, or of everything so far where `previous` is the
 * CRC of what came before. `crc64` of "123456789" is 0x995dc9bbdf1939fa.
 */
export function crc64(bytes: Uint8Array, previous = 0n): bigint {
  return engine.crc64(bytes, previous);
}

/** Starts a CRC-64/XZ. It holds two numbers between calls: make as many as there are streams. */
export function createCrc64(): Crc64 {
  return engine.create();
}
