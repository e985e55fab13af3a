import { remember } from "./remember.ts";

const dateOfSecond = remember((seconds: number) => new Date(seconds * 1000).toUTCString());

/** A moment as HTTP writes it, to the second. */
export function httpDate(ms: number): string {
  return dateOfSecond(Math.floor(ms / 1000));
}
