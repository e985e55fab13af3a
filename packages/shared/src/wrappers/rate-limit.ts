import type { RateLimiter } from "../ports/fleet-budget.ts";
import type { ObjectSource, Signalled } from "../ports/object-source.ts";
import type { ObjectTarget } from "../ports/object-target.ts";

/**
 * A source whose requests wait for the budget. Bytes are charged when a body's size is known: the body itself is never
 * held up half-way, whoever reads next waits for it. They are charged here and not at the target: each byte once.
 */
export function withSourceRateLimit(source: ObjectSource, limiters: readonly RateLimiter[]): ObjectSource {
  const request = requestOf(limiters);
  return {
    ...source,
    listPage: (page, options) => request(options, () => source.listPage(page, options)),
    head: (key, options) => request(options, () => source.head(key, options)),
    read: (wanted, options) =>
      request(options, async () => {
        const body = await source.read(wanted, options);
        for (const limiter of limiters) limiter.charge({ bytes: body.sizeBytes, requests: 0 });
        return body;
      }),
  };
}

/** A target whose requests wait for the budget. */
export function withTargetRateLimit(target: ObjectTarget, limiters: readonly RateLimiter[]): ObjectTarget {
  const request = requestOf(limiters);
  const { uploads } = target;
  return {
    ...target,
    listPage: (page, options) => request(options, () => target.listPage(page, options)),
    head: (key, options) => request(options, () => target.head(key, options)),
    put: (wanted, options) => request(options, () => target.put(wanted, options)),
    remove: (key, options) => request(options, () => target.remove(key, options)),
    uploads: {
      begin: (key, attributes, options) => request(options, () => uploads.begin(key, attributes, options)),
      putPart: (upload, partNumber, payload, options) =>
        request(options, () => uploads.putPart(upload, partNumber, payload, options)),
      complete: (upload, parts, options) => request(options, () => uploads.complete(upload, parts, options)),
      // Tidying up is never held back.
      abort: (upload, options) => uploads.abort(upload, options),
      parts: (upload, options) => request(options, () => uploads.parts(upload, options)),
    },
  };
}

const oneRequest = { bytes: 0, requests: 1 };

function requestOf(limiters: readonly RateLimiter[]) {
  return async <T>(options: Signalled, call: () => Promise<T>): Promise<T> => {
    for (const limiter of limiters) {
      const waited = limiter.spend(oneRequest, options);
      if (waited !== undefined) await waited;
    }
    return call();
  };
}
