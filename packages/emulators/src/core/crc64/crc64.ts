import { crcCombine } from "./crc-combine.ts";
import { moduleBase64 } from "./module.ts";

// Node has it; the types of Node leave it to those of the browser.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What `crc64.wat` exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly update: (register: bigint, lengthBytes: number) => bigint;
}

/** The polynomials in reflected notation. XZ is what OSS sends as `x-oss-hash-crc64ecma`; NVME is S3's `crc64nvme`. */
const POLYNOMIALS = { xz: 0xc96c5795d7870f42n, nvme: 0x9a6c9329ac4bc9b5n } as const;

export type Crc64Kind = keyof typeof POLYNOMIALS;

/** Hashes content that arrives in pieces. */
export interface Crc64 {
  readonly update: (chunk: Buffer) => void;
  readonly finish: () => bigint;
}

/** The register after the content, from the register before it. */
type Engine = (register: bigint, content: Buffer) => bigint;

const INPUT_AT = 65_536;
const INPUT_BYTES = 65_536;
const ALL_ONES = 0xffff_ffff_ffff_ffffn;

const module = new WebAssembly.Module(Buffer.from(moduleBase64, "base64"));

// The product's own CRC-64 is examined with these: they share neither code nor method with it, and the tests compare
// them with a third one, npm's hash-wasm.
const engines: Readonly<Record<Crc64Kind, Engine>> = {
  xz: createEngine(POLYNOMIALS.xz),
  nvme: createEngine(POLYNOMIALS.nvme),
};

function createEngine(polynomial: bigint): Engine {
  // The module is our own (its test rebuilds it from the source beside it), so its exports are known.
  const { memory, update } = new WebAssembly.Instance(module, { crc: { polynomial } }).exports as Exports;
  const input = new Uint8Array(memory.buffer, INPUT_AT, INPUT_BYTES);
  return (before, content) => {
    let register = before;
    for (let at = 0; at < content.length; at += INPUT_BYTES) {
      const piece = content.length <= INPUT_BYTES ? content : content.subarray(at, at + INPUT_BYTES);
      input.set(piece);
      register = update(register, piece.length);
    }
    return register;
  };
}

/** CRC-64 of content that is whole in memory. */
export function crc64Of(content: Buffer, kind: Crc64Kind = "xz"): bigint {
  return inverted(engines[kind](ALL_ONES, content));
}

export function createCrc64(kind: Crc64Kind = "xz"): Crc64 {
  const engine = engines[kind];
  let register = ALL_ONES;
  return {
    update: (chunk) => {
      register = engine(register, chunk);
    },
    finish: () => inverted(register),
  };
}

/** WebAssembly hands 64 bits over as a signed number. */
function inverted(register: bigint): bigint {
  return BigInt.asUintN(64, ~register);
}

/** CRC-64 of two pieces one behind the other, from the CRC of each and the length of the second in bytes. */
export function crc64Combine(first: bigint, second: bigint, secondBytes: number, kind: Crc64Kind = "xz"): bigint {
  return crcCombine({ first, second, secondBytes }, { polynomial: POLYNOMIALS[kind], bits: 64 });
}
