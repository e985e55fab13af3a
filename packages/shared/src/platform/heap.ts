import { setFlagsFromString } from "node:v8";

/**
 * Garbage that V8's old generation may hold beside what lives before it is collected, in percent. By default that is up to
 * three times what lives; in a worker each dead object drags the buffer of a body along. Measured: docs/performance.md.
 */
const growthPercent = 40;

/** From now on this process collects its garbage early: a third less memory, for one short collection in some seconds. */
export function collectEarly(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}
