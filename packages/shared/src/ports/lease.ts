import type { Signalled } from "./object-source.ts";

/** The right to do one duty for a while. Duties are idempotent, so two holders at once do no harm. */
export interface Lease {
  /** Takes or renews the lease on `duty` for `ttlMs`; false: another holder has it. */
  hold(duty: string, ttlMs: number, options: Signalled): Promise<boolean>;
  /** Gives it back if it is ours. */
  release(duty: string): Promise<void>;
}
