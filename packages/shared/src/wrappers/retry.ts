import { Fault } from "../domain/fault.ts";
import type { Clock } from "../ports/clock.ts";
import type { ObjectSource, Signalled } from "../ports/object-source.ts";
import type { MultipartTarget, ObjectTarget, Payload } from "../ports/object-target.ts";

export interface RetryPolicy {
  /** Tries of one call, the first included; throttled ones do not count. */
  readonly attempts: number;
  /** The wait before the second try is between half of this and this; it doubles with each further one. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A throttled call gives up when it has waited so long in all. */
  readonly longestThrottleMs: number;
}

export const usualRetryPolicy: RetryPolicy = {
  attempts: 5,
  firstDelayMs: 200,
  longestDelayMs: 10_000,
  longestThrottleMs: 10 * 60_000,
};

/** What a retry needs besides the policy. `random` gives numbers from 0 up to 1. */
export interface RetryTools {
  readonly clock: Clock;
  readonly random: () => number;
}

/** A source whose calls are tried again after transient faults, and wait where it is throttled. A body that has begun is not. */
export function withSourceRetry(source: ObjectSource, policy: RetryPolicy, tools: RetryTools): ObjectSource {
  return {
    ...source,
    listPage: (request, options) => attempt(() => source.listPage(request, options), policy, tools, options),
    head: (key, options) => attempt(() => source.head(key, options), policy, tools, options),
    read: (request, options) => attempt(() => source.read(request, options), policy, tools, options),
  };
}

/**
 * A target whose calls are tried again after transient faults, and wait where it is throttled. A payload in chunks is sent
 * once, because its chunks are gone: its caller opens the source anew. `complete` is not tried again, because a lost answer looks like a
 * failure: its caller asks the target first.
 */
export function withTargetRetry(target: ObjectTarget, policy: RetryPolicy, tools: RetryTools): ObjectTarget {
  return {
    ...target,
    listPage: (request, options) => attempt(() => target.listPage(request, options), policy, tools, options),
    head: (key, options) => attempt(() => target.head(key, options), policy, tools, options),
    put: (request, options) => {
      const put = () => target.put(request, options);
      return isRepeatable(request.payload) ? attempt(put, policy, tools, options) : put();
    },
    remove: (key, options) => attempt(() => target.remove(key, options), policy, tools, options),
    uploads: withUploadsRetry(target.uploads, policy, tools),
  };
}

function withUploadsRetry(uploads: MultipartTarget, policy: RetryPolicy, tools: RetryTools): MultipartTarget {
  return {
    ...uploads,
    begin: (key, attributes, options) => attempt(() => uploads.begin(key, attributes, options), policy, tools, options),
    putPart: (upload, partNumber, payload, options) => {
      const put = () => uploads.putPart(upload, partNumber, payload, options);
      return isRepeatable(payload) ? attempt(put, policy, tools, options) : put();
    },
    abort: (upload, options) => attempt(() => uploads.abort(upload, options), policy, tools, options),
    parts: (upload, options) => attempt(() => uploads.parts(upload, options), policy, tools, options),
  };
}

function isRepeatable(payload: Payload): boolean {
  return "bytes" in payload;
}

/** Makes a call until it succeeds, fails for good, or the policy is used up: then the last fault is thrown. */
async function attempt<T>(
  call: () => Promise<T>,
  policy: RetryPolicy,
  { clock, random }: RetryTools,
  options: Signalled,
): Promise<T> {
  let failed = 0;
  let throttled = 0;
  let throttledMs = 0;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      let waitMs: number;
      if (error.kind === "throttled") {
        waitMs = Math.max(error.retryAfterMs ?? 0, delayOf(throttled, policy, random));
        throttled += 1;
        throttledMs += waitMs;
        if (throttledMs > policy.longestThrottleMs) throw error;
      } else if (error.kind === "transient") {
        waitMs = Math.max(error.retryAfterMs ?? 0, delayOf(failed, policy, random));
        failed += 1;
        if (failed >= policy.attempts) throw error;
      } else {
        throw error;
      }
      await clock.sleep(waitMs, options);
    }
  }
}

function delayOf(before: number, policy: RetryPolicy, random: () => number): number {
  const full = Math.min(policy.longestDelayMs, policy.firstDelayMs * 2 ** Math.min(before, 30));
  return full * (0.5 + random() / 2);
}
