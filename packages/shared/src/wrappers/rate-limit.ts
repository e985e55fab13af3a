import type { RateLimiter } from "../ports/fleet-budget.ts";
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
      return request(bytes, options, async () => {
        const body = await source.read(wanted, options);
        for (const limiter of limiters) limiter.charge({ bytes: body.sizeBytes - bytes, requests: 0 });
        return body;
      });
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
  return async <T>(bytes: number, options: Signalled, call: () => Promise<T>): Promise<T> => {
    const cost = { bytes, requests: 1 };
    for (const limiter of limiters) {
      const waited = limiter.spend(cost, options);
      if (waited !== undefined) await waited;
    }
    return call();
  };
}
