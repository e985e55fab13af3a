import type { RateLimiter, Spending } from "../ports/fleet-budget.ts";
import type { ObjectSource, ReadRequest, Signalled } from "../ports/object-source.ts";
import type { ObjectTarget } from "../ports/object-target.ts";

/**
 * A source whose requests wait for the budget, and whose reads wait for their bytes too, before they are sent: an open body
 * is never held up. Bytes are charged here and not at the target: each byte once.
 */
export function withSourceRateLimit(source: ObjectSource, limiters: readonly RateLimiter[]): ObjectSource {
  const request = requestOf(limiters);
  return {
    ...source,
    listPage: (page, options) => request(0, options, () => source.listPage(page, options)),
    head: (key, options) => request(0, options, () => source.head(key, options)),
    part: (wanted, options) => request(0, options, () => source.part(wanted, options)),
    read: (wanted, options) => {
      const bytes = expectedBytesOf(wanted);
      return request(bytes, options, () =>
        source.read(wanted, options).then((body) => {
          const surplus = body.sizeBytes - bytes;
          if (surplus !== 0) for (const limiter of limiters) limiter.charge({ bytes: surplus, requests: 0 });
          return body;
        }),
      );
    },
  };
}

function expectedBytesOf({ range, expectedBytes = 0 }: ReadRequest): number {
  return range === undefined ? expectedBytes : range.last - range.first + 1;
}

/** A target whose requests wait for the budget. */
export function withTargetRateLimit(target: ObjectTarget, limiters: readonly RateLimiter[]): ObjectTarget {
  const request = requestOf(limiters);
  const { uploads } = target;
  return {
    ...target,
    listPage: (page, options) => request(0, options, () => target.listPage(page, options)),
    head: (key, options) => request(0, options, () => target.head(key, options)),
    put: (wanted, options) => request(0, options, () => target.put(wanted, options)),
    remove: (key, options) => request(0, options, () => target.remove(key, options)),
    uploads: {
      begin: (key, attributes, options) => request(0, options, () => uploads.begin(key, attributes, options)),
      putPart: (upload, partNumber, payload, options) =>
        request(0, options, () => uploads.putPart(upload, partNumber, payload, options)),
      complete: (upload, parts, options) => request(0, options, () => uploads.complete(upload, parts, options)),
      // Tidying up is never held back.
      abort: (upload, options) => uploads.abort(upload, options),
      parts: (upload, options) => request(0, options, () => uploads.parts(upload, options)),
    },
  };
}

function requestOf(limiters: readonly RateLimiter[]) {
  return <T>(bytes: number, options: Signalled, call: () => Promise<T>): Promise<T> => {
    const passed = pass(limiters, 0, { bytes, requests: 1 }, options);
    return passed === undefined ? call() : passed.then(call);
  };
}

/** Undefined: all of them let it through at once, as they do where nothing is limited; then no promise is made for it. */
function pass(
  limiters: readonly RateLimiter[],
  first: number,
  cost: Spending,
  options: Signalled,
): Promise<void> | undefined {
  for (let next = first; next < limiters.length; next += 1) {
    const waited = limiters[next]?.spend(cost, options);
    if (waited !== undefined) return waited.then(() => pass(limiters, next + 1, cost, options));
  }
  return undefined;
}
