import type { FaultCode } from "@causeway/shared/domain/fault-codes.ts";
import { Fault, faultOf } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";

/**
 * A store that worked and is away now is waited for: neither listing nor settling ends a job before an outage has lasted so
 * long. Workers wait without end.
 */
export const outageMs = 3_600_000;

export interface Patience {
  readonly clock: Clock;
  /** How long refusals that may pass are borne before the last one is thrown. */
  readonly patienceMs: number;
  /** Whether throttling is borne without end, or no longer than any other refusal. */
  readonly throttling: "without-end" | "like-others";
  /** How long one try may take. */
  readonly deadlineMs: number;
  /** What a try that takes longer is. */
  readonly unanswered: FaultCode;
  readonly watch: StoreWatch;
}

/** Somebody who is told how a store behaves while it is waited for. */
export interface StoreWatch {
  /** For how long the store has not answered by now, where this call alone was not answered for `heldMs`. */
  silentFor(heldMs: number): Promise<number>;
  /** Told of each refusal that is borne, and for how long by now; what it throws ends the waiting. */
  onRefused(fault: Fault, borneMs: number): Promise<void>;
  /** Told of each answer; throttling that is borne without end is one. */
  onAnswered(): Promise<void>;
}

/** For who asks once and waits a moment: nobody is told. */
export const unwatchedStore: StoreWatch = {
  silentFor: async (heldMs) => heldMs,
  onRefused: async () => undefined,
  onAnswered: async () => undefined,
};

const firstWaitMs = 200;
const longestWaitMs = 5000;

/**
 * Tries until it works. Permanent faults are thrown at once, others when patience ends or the watch ends it; the signal's reason
 * once it is aborted.
 */
export async function patiently<T>(
  act: (options: Signalled) => Promise<T>,
  patience: Patience,
  { signal }: Signalled,
): Promise<T> {
  const { clock, watch } = patience;
  let refusedSinceMs: number | undefined;
  for (let tries = 0; ; tries += 1) {
    const startedMs = clock.monotonicMs();
    const tried = await tryOnce(act, patience, signal);
    if ("answer" in tried) {
      await watch.onAnswered();
      return tried.answer;
    }
    const { fault } = tried;
    const waitMs = fault.retryAfterMs ?? backoffMs(tries);
    if (fault.kind === "throttled" && patience.throttling === "without-end") {
      refusedSinceMs = undefined;
      await watch.onAnswered();
      await watch.onRefused(fault, 0);
    } else {
      refusedSinceMs ??= startedMs;
      const borneMs = waitMs + (await watch.silentFor(clock.monotonicMs() - refusedSinceMs));
      if (borneMs > patience.patienceMs) throw fault;
      await watch.onRefused(fault, borneMs);
    }
    await clock.sleep(waitMs, { signal });
  }
}

/** Answers with a fault that may pass; throws what does not. */
async function tryOnce<T>(
  act: (options: Signalled) => Promise<T>,
  patience: Patience,
  signal: AbortSignal,
): Promise<{ readonly answer: T } | { readonly fault: Fault }> {
  try {
    return { answer: await withinDeadline(act, patience, signal) };
  } catch (thrown) {
    signal.throwIfAborted();
    const fault = faultOf(thrown);
    if (fault.kind === "permanent") throw fault;
    return { fault };
  }
}

/** One for all: an error that is made anew reads the stack. */
const calledOff = new Error("the deadline is called off");

async function withinDeadline<T>(
  act: (options: Signalled) => Promise<T>,
  { clock, deadlineMs, unanswered }: Patience,
  signal: AbortSignal,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const deadline = clock.sleep(deadlineMs, { signal: done.signal }).then(() => {
    const fault = new Fault(unanswered, "transient", { said: `no answer within ${deadlineMs} ms` });
    late.abort(fault);
    throw fault;
  });
  try {
    return await Promise.race([act({ signal: AbortSignal.any([signal, late.signal]) }), deadline]);
  } finally {
    // The deadline that is called off rejects, and nobody waits for it any more.
    deadline.catch(() => undefined);
    done.abort(calledOff);
  }
}

/** Doubles up to the longest wait; jitter keeps masters from asking in step. */
function backoffMs(tries: number): number {
  const fullMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries, 10));
  return fullMs * (0.5 + Math.random() / 2);
}
