import { type Finding, failure, ok, warning } from "./line.ts";

/** When a store answered, by its clock and by ours. */
export interface ClockReading {
  /** From the answer's Date header, whole seconds; undefined: it sent none. */
  readonly storeClockMs: number | undefined;
  /** Ours, in the middle of the round trip. */
  readonly ourClockMs: number;
}

/** Both stores refuse requests that are 15 minutes off; a third of that leaves no room for drift during a job. */
const failureMs = 5 * 60_000;
const warningMs = 60_000;

/** Judges how far this host's clock is from a store's. */
export function judgeClock(store: string, { storeClockMs, ourClockMs }: ClockReading): Finding {
  if (storeClockMs === undefined || Number.isNaN(storeClockMs)) {
    return warning(
      `${store} sent no Date header, so the clocks were not compared.`,
      "See that this host's clock is kept by NTP.",
    );
  }
  const skewMs = ourClockMs - storeClockMs;
  // The header has whole seconds.
  const seconds = Math.max(0, Math.round(Math.abs(skewMs) / 1000) - 1);
  const said = `This host's clock is ${seconds} s ${skewMs < 0 ? "behind" : "ahead of"} that of ${store}`;
  const cure = "Start NTP on this host and on the workers (timedatectl set-ntp true), then look again.";
  if (Math.abs(skewMs) > failureMs) return failure(`${said}; requests will be refused.`, cure);
  if (Math.abs(skewMs) > warningMs) return warning(`${said}.`, cure);
  return ok(`The clocks of this host and of ${store} agree.`);
}
