import type { AddressReading } from "../domain/preflight/addresses.ts";
import type { ClockReading } from "../domain/preflight/clock.ts";
import type { Signalled } from "./object-source.ts";

export interface Greeting extends ClockReading {
  /** The quickest of a few small requests over a kept connection. */
  readonly roundTripMs: number;
}

/** What a store tells about itself before a job begins. Every method throws only `Fault`, or the signal's reason. */
export interface StoreLook {
  /** Where the endpoint is. An endpoint that DNS does not know is the fault …_UNREACHABLE. */
  addresses(options: Signalled): Promise<AddressReading>;
  /** Asks without credentials, so any answer will do, a refusal too. */
  greet(options: Signalled): Promise<Greeting>;
  /** The bucket's region as the job would write it; undefined where the store does not tell these credentials. */
  region(options: Signalled): Promise<string | undefined>;
  close(): Promise<void>;
}
