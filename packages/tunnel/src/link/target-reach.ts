import type { LinkTarget } from "@causeway/shared/ports/tunnel-link.ts";
import { type Carrier, covered } from "./judge.ts";
import { addressesOf, portOf, tcpAnswers } from "./reach.ts";

/** Follows whether one target is carried by the tunnel and answers behind it. */
export interface TargetReach {
  /** Why nothing may be sent to it, as a sentence; undefined: nothing speaks against it. Rejects with the signal's reason only. */
  look(target: LinkTarget, seen: Seen): Promise<string | undefined>;
}

export interface Seen {
  readonly carriers: readonly Carrier[];
  /** `now`: something looks wrong, so an answer of a few seconds ago is worth nothing. */
  readonly ask: "now" | "at-times";
  /** `moving`: bytes have come out of the tunnel since the last look, so a connection that takes long only waits its turn. */
  readonly flow: "moving" | "still";
  readonly signal: AbortSignal;
}

/** A target that answered is asked again after so long; one that did not, at each look. */
const askAgainMs = 4000;
/** One connection may get lost; the second that does says that the way is closed. */
const mostUnanswered = 2;
const resolveAgainMs = 10_000;
const resolveMs = 2000;

export function createTargetReach(): TargetReach {
  const resolver = createResolver();
  let askedAtMs = -Infinity;
  let unanswered = 0;
  let why: string | undefined;
  return {
    async look(target, { carriers, ask, flow, signal }) {
      const { host } = new URL(target.endpoint);
      const found = await resolver(target);
      if (typeof found === "string") return `${host} does not resolve (${found}): pin target.addresses.`;
      const addresses = covered(found, carriers);
      if (addresses.length === 0) return `${host} is at ${found.join(", ")}, which the tunnel does not carry.`;
      const isDue = ask === "now" || unanswered > 0 || performance.now() - askedAtMs > askAgainMs;
      if (!isDue) return why;
      const silence = await silenceOf(addresses, portOf(target.endpoint), signal);
      signal.throwIfAborted();
      askedAtMs = performance.now();
      unanswered = silence === undefined || flow === "moving" ? 0 : unanswered + 1;
      if (unanswered === 0) why = undefined;
      if (unanswered >= mostUnanswered) why = silence;
      return why;
    },
  };
}

/** Addresses of the target, kept for a while; a name that does not resolve for once keeps those that it had. */
function createResolver(): (target: LinkTarget) => Promise<readonly string[] | string> {
  let known: readonly string[] | string = "nobody has answered yet";
  let freshUntilMs = -Infinity;
  return async (target) => {
    if (target.addresses.length > 0) return target.addresses;
    if (performance.now() < freshUntilMs) return known;
    const limit = new Promise<never>((_resolve, reject) => {
      setTimeout(reject, resolveMs, new Error(`no answer in ${resolveMs} ms`)).unref();
    });
    try {
      known = await Promise.race([addressesOf(target), limit]);
      freshUntilMs = performance.now() + resolveAgainMs;
    } catch (error) {
      if (typeof known === "string") known = error instanceof Error ? error.message : String(error);
    }
    return known;
  };
}

/** Why none of the addresses answers; undefined as soon as one does. */
async function silenceOf(addresses: readonly string[], port: number, signal: AbortSignal): Promise<string | undefined> {
  try {
    await Promise.any(addresses.map((address) => tcpAnswers(address, port, signal)));
    return undefined;
  } catch (error) {
    const [first] = error instanceof AggregateError ? error.errors : [error];
    return `The tunnel stands, but nobody answers behind it: ${first instanceof Error ? first.message : String(first)}.`;
  }
}
