import type { RunningCrc } from "../../ports/checksums.ts";
import type { Crc64Engine } from "./engine.ts";
import { moduleBase64 } from "./module.ts";

// Node has it; the types of Node leave it to those of the browser.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
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

/** One CRC, computed by WebAssembly. */
export interface WasmCrc {
  readonly of: (bytes: Uint8Array, previous: bigint) => bigint;
  readonly create: () => RunningCrc;
  /** The CRC of two pieces one behind the other, from the CRC of each and the length of the second. */
  readonly combine: (first: bigint, second: bigint, secondBytes: number) => bigint;
}

const module = new WebAssembly.Module(Buffer.from(moduleBase64, "base64"));

/** A reflected CRC whose register and result are inverted. */
export interface CrcKind {
  /** Without its highest term; bit 0 is the highest of the rest. */
  readonly polynomial: bigint;
  readonly bits: 32 | 64;
  /**
   * Seven distances in bytes, ascending and at least 64, at which a byte may be added instead of where it stands: a multiple
   * of the polynomial with eight terms, all of them whole bytes apart.
   */
  readonly offsets: readonly number[];
}

/** A CRC that is computed by folding at these offsets, some 7 GB/s on a present-day core, and by tables at the end. */
export function createWasmCrc({ polynomial, bits, offsets }: CrcKind): WasmCrc {
  const places = Object.fromEntries(offsets.map((offset, at) => [`offset${at + 1}`, offset]));
  // The module is our own (its test rebuilds it from the source beside it), so its exports are known.
  const wasm = new WebAssembly.Instance(module, { crc: { polynomial, ...places } }).exports as Exports;
  const words = new Uint32Array(wasm.memory.buffer);
  const octets = new Uint8Array(wasm.memory.buffer);
  const highOnes = bits === 64 ? ONES : 0;

  /** Takes the register over the bytes, piece by piece through the module's input buffer. */
  const run = (bytes: Uint8Array): void => {
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
  };
  const valueOf = (low: number, high: number): bigint =>
    (BigInt((high ^ highOnes) >>> 0) << 32n) | BigInt((low ^ ONES) >>> 0);

  return {
    of: (bytes, previous) => {
      words[REGISTER_WORD] = Number(previous & 0xffffffffn) ^ ONES;
      words[REGISTER_WORD + 1] = Number(previous >> 32n) ^ highOnes;
      run(bytes);
      return valueOf(words[REGISTER_WORD] ?? 0, words[REGISTER_WORD + 1] ?? 0);
    },
    create: () => {
      let low = ONES;
      let high = highOnes;
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
    },
    combine: (first, second, secondBytes) => BigInt.asUintN(64, wasm.combine(first, second, BigInt(secondBytes))),
  };
}

const xz = createWasmCrc({
  polynomial: 0xc96c5795d7870f42n,
  bits: 64,
  offsets: [625, 645, 677, 729, 1111, 1250, 2101],
});

/** The portable engine of CRC-64/XZ. */
export const wasmCrc64: Crc64Engine = { name: "wasm", crc64: xz.of, create: xz.create };

/**
 * The CRC-64/XZ of two pieces one behind the other, from the CRC of each and the length of the second. Here for both
 * engines: once a part, its speed does not matter.
 */
export const combineCrc64 = xz.combine;
