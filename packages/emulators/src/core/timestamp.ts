import { remember } from "./remember.ts";

const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u;

/** The moment of `yyyymmddThhmmssZ`, as both stores' V4 signatures write it; NaN for anything else. */
export const timestampMs = remember((timestamp: string): number =>
  TIMESTAMP.test(timestamp) ? Date.parse(timestamp.replace(TIMESTAMP, "$1-$2-$3T$4:$5:$6Z")) : Number.NaN,
);
