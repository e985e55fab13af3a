import type { HttpAnswer } from "./http.ts";

/** Sends one request under the credentials that hold now. */
type Send<Request> = (request: Request, signal: AbortSignal) => Promise<HttpAnswer>;

/**
 * How a store's client sends: as whoever `credentials` names at this moment. Rejects with the signal's reason where that is aborted
 * already. No async function: a promise that one answers with is taken up by a second one and costs two more turns of the queue.
 */
export function createSend<Credentials, Request>(
  credentials: () => Credentials | Promise<Credentials>,
  sendAs: (credentials: Credentials, request: Request, signal: AbortSignal) => Promise<HttpAnswer>,
): Send<Request> {
  return (request, signal) => {
    if (signal.aborted) return Promise.reject(signal.reason);
    const known = credentials();
    return known instanceof Promise
      ? known.then((settled) => sendAs(settled, request, signal))
      : sendAs(known, request, signal);
  };
}
