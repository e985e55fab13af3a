import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

import { Fault } from "../../domain/fault.ts";

export interface AddressOptions {
  readonly hostname: string;
  /** Addresses to connect to instead of those that DNS gives; empty: DNS decides. Host and TLS name stay. */
  readonly pinned: readonly string[];
  /** Refuses an address before a byte is sent to it (PATH_REFUSED); undefined: all are allowed. */
  readonly allows: ((address: string) => boolean) | undefined;
}

/** Where an endpoint is, best addresses first. */
export interface Addresses {
  /** At least one; rejects with PATH_REFUSED, or with the error of DNS. */
  find(): Promise<readonly string[]>;
  /** Puts an address that did not answer behind the others for a while. */
  shun(address: string): void;
}

const SHUNNED_MS = 15_000;

/** Gives addresses in turn, so that connections spread; those that failed lately come last. */
export function createAddresses({ hostname, pinned, allows }: AddressOptions): Addresses {
  const shunnedUntil = new Map<string, number>();
  let turn = 0;
  return {
    find: async () => {
      const all = pinned.length > 0 ? pinned : await resolveAddresses(hostname);
      const allowed = all.filter((address) => allows?.(address) ?? true);
      if (allowed.length === 0) {
        throw new Fault("PATH_REFUSED", "path", { said: `${hostname} is at ${all.join(", ") || "no address"}` });
      }
      turn += 1;
      const now = performance.now();
      const rank = (address: string) => Math.max(0, (shunnedUntil.get(address) ?? 0) - now);
      const start = turn % allowed.length;
      return [...allowed.slice(start), ...allowed.slice(0, start)].sort((left, right) => rank(left) - rank(right));
    },
    shun: (address) => {
      shunnedUntil.set(address, performance.now() + SHUNNED_MS);
    },
  };
}

/** What DNS says; an address is its own answer. */
export async function resolveAddresses(hostname: string): Promise<readonly string[]> {
  if (isIP(hostname) !== 0) return [hostname];
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
}
