import type { Greeting } from "../../ports/store-look.ts";
import type { AddressReading } from "../../domain/preflight/addresses.ts";
import { resolveAddresses } from "./addresses.ts";
import type { HttpAnswer, Transport } from "./http.ts";
import { fieldOf } from "../http1/header-fields.ts";
import { httpDateMs } from "./http-date.ts";
import type { Location } from "./location.ts";
import { networkFault, type Side } from "./network-fault.ts";
import type { TransportOptions } from "./transport.ts";

/** The first request opens the connection, the others show how far away the store is. */
const greetings = 3;

/** Asks for a bucket's head without credentials and reads the clock off the answer. */
export async function greetStore(
  transport: Transport,
  location: Location,
  signal: AbortSignal,
): Promise<Greeting & { readonly answer: HttpAnswer }> {
  const request = {
    method: "HEAD",
    path: location.bucketPath,
    headers: { host: location.host },
    wholeUpToBytes: 64 * 1024,
  } as const;
  let roundTripMs = Number.POSITIVE_INFINITY;
  for (let asked = 1; ; asked += 1) {
    const beganMs = Date.now();
    const began = performance.now();
    const answer = await transport.send(request, signal);
    const tookMs = performance.now() - began;
    roundTripMs = Math.min(roundTripMs, tookMs);
    if (asked < greetings) continue;
    const date = fieldOf(answer.headers, "date");
    const storeClockMs = date === undefined ? undefined : httpDateMs(date);
    return { storeClockMs, ourClockMs: beganMs + tookMs / 2, roundTripMs, answer };
  }
}

type Where = Pick<TransportOptions, "origin" | "addresses" | "allows" | "proxy">;

/** Where an origin is, and which of its addresses the rules allow. */
export async function readAddresses(
  side: Side,
  { origin, addresses = [], allows, proxy }: Where,
): Promise<AddressReading> {
  const hostname = new URL(origin).hostname.replace(/^\[(.*)\]$/, "$1");
  if (proxy !== undefined) return { host: hostname, via: "proxy", found: [] };
  try {
    const all = addresses.length > 0 ? addresses : await resolveAddresses(hostname);
    const found = all.map((address) => ({ address, allowed: allows?.(address) ?? true }));
    return { host: hostname, via: "direct", found };
  } catch (error) {
    throw networkFault(side, error);
  }
}

/** The answer to GetBucketLocation: `""` where S3 writes us-east-1 as nothing; undefined where it is no such answer. */
export function locationOfDocument(xml: string): string | undefined {
  return /<LocationConstraint[^>]*?(?:\/>|>([^<]*)<\/LocationConstraint)/
    .exec(xml)
    ?.slice(1, 2)
    .map((text) => text ?? "")[0];
}
