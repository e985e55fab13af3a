import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import type { Crc64Engine } from "./engine.ts";

interface NativeModule {
  update(state: BigUint64Array, bytes: Uint8Array): void;
  engine(): string;
}

/**
 * The engine that `npm run build:native` compiles from `native/crc64.c`: carry-less multiplication, about 14 GB/s.
 * Undefined where it was not built, or was built for another machine, or the CPU cannot multiply so: WebAssembly is faster then.
 */
export function loadNativeCrc64(): Crc64Engine | undefined {
  const file = new URL(`../../../native/build/crc64-${process.platform}-${process.arch}.node`, import.meta.url);
  let native: NativeModule;
  try {
    // Our own module: its two functions are what its source says.
    native = createRequire(import.meta.url)(fileURLToPath(file)) as NativeModule;
  } catch {
    return undefined;
  }
  if (native.engine() === "table") return undefined;
  const once = new BigUint64Array(1);
  return {
    name: native.engine(),
    crc64: (bytes, previous) => {
      once[0] = previous;
      native.update(once, bytes);
      return once[0];
    },
    create: () => {
      const state = new BigUint64Array(1);
      return { update: (bytes) => native.update(state, bytes), value: () => state[0] ?? 0n };
    },
  };
}
