import type { Signalled } from "./object-source.ts";

/** Time, so that tests can own it. */
export interface Clock {
  /** Wall time, ms since 1970. */
  now(): number;
  /** Only differences mean anything; goes on while the process is stopped by a signal. */
  monotonicMs(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, options: Signalled): Promise<void>;
}
