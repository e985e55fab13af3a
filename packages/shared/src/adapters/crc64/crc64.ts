import { moduleBase64 } from "./module.ts";

/** A CRC-64/XZ of bytes that arrive in pieces. */
export interface Crc64 {
  update(bytes: Uint8Array): void;
  /** The CRC of all bytes so far; more may follow. */
  value(): bigint;
}

// Node has it; the types of Node leave it to those of the browser.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  update(at: number, lengthBytes: number): void;
  combine(first: bigint, second: bigint, secondBytes: bigint): bigint;
}

// The places that `crc64.wat` names in its first lines.
const REGISTER_WORD = 16_896 / 4;
const INPUT = 65_536;
const INPUT_BYTES = 4 * 65_536;
const ONES = 0xffffffff;

// The module is our own (its test rebuilds it from the source beside it), so its exports are known.
const wasm = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(moduleBase64, "base64"))).exports as Exports;
const words = new Uint32Array(wasm.memory.buffer);
const octets = new Uint8Array(wasm.memory.buffer);

/**
 * CRC-64/XZ (the one that OSS sends as `x-oss-hash-crc64ecma`) of `bytes`, or of everything so far where `previous` is the
 * CRC of what came before. `crc64` of "123456789" is 0x995dc9bbdf1939fa.
 */
export function crc64(bytes: Uint8Array, previous = 0n): bigint {
  words[REGISTER_WORD] = Number(previous & 0xffffffffn) ^ ONES;
  words[REGISTER_WORD + 1] = Number(previous >> 32n) ^ ONES;
  run(bytes);
  return valueOf(words[REGISTER_WORD] ?? 0, words[REGISTER_WORD + 1] ?? 0);
}

/** Starts a CRC-64/XZ. It holds two numbers between calls: make as many as there are streams. */
export function createCrc64(): Crc64 {
  let low = ONES;
  let high = ONES;
  return {
    update: (bytes) => {
      words[REGISTER_WORD] = low;
      words[REGISTER_WORD + 1] = high;
      run(bytes);
      low = words[REGISTER_WORD] ?? 0;
      high = words[REGISTER_WORD + 1] ?? 0;
    },
    value: () => valueOf(low, high),
  };
}

/** The CRC-64/XZ of two pieces one behind the other, from the CRC of each and the length of the second. */
export function combineCrc64(first: bigint, second: bigint, secondBytes: number): bigint {
  return BigInt.asUintN(64, wasm.combine(first, second, BigInt(secondBytes)));
}

/** Takes the register over the bytes, piece by piece through the module's input buffer. */
function run(bytes: Uint8Array): void {
  if (bytes.length <= INPUT_BYTES) {
    octets.set(bytes, INPUT);
    wasm.update(INPUT, bytes.length);
    return;
  }
  for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
    const piece = bytes.subarray(at, at + INPUT_BYTES);
    octets.set(piece, INPUT);
    wasm.update(INPUT, piece.length);
  }
}

function valueOf(low: number, high: number): bigint {
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}
