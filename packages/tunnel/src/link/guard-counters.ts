import { execFile } from "node:child_process";
import { z } from "zod";
import { guardTable, refusedCounters } from "../render/guard.ts";

/** What reads how many packets the guard has refused since it was loaded; undefined: it cannot be read. */
export type ReadRefused = () => Promise<number | undefined>;

const timeoutMs = 2000;
const freshMs = 2000;
/** Where it could not be read (no guard, or no CAP_NET_ADMIN) it is tried again after so long. */
const againMs = 10_000;

const listingSchema = z.object({
  nftables: z.array(z.object({ counter: z.object({ name: z.string(), packets: z.number() }).optional() })),
});

/** Reads the guard's counters by `nft`, at most every two seconds. */
export function createRefusedReader(nft = "nft"): ReadRefused {
  let read: Promise<number | undefined> | undefined;
  let staleAtMs = -Infinity;
  return async () => {
    if (read !== undefined && performance.now() < staleAtMs) return read;
    staleAtMs = performance.now() + freshMs;
    read = listCounters(nft)
      .then(packetsIn)
      .catch(() => {
        staleAtMs = performance.now() + againMs;
        return undefined;
      });
    return read;
  };
}

/** Adds up the guard's counters in what `nft -j list counters` prints. Throws for another text. */
export function packetsIn(text: string): number {
  const { nftables } = listingSchema.parse(JSON.parse(text));
  const names: readonly string[] = refusedCounters;
  return nftables.reduce(
    (sum, { counter }) => (counter !== undefined && names.includes(counter.name) ? sum + counter.packets : sum),
    0,
  );
}

function listCounters(nft: string): Promise<string> {
  const args = ["-j", "list", "counters", "table", "inet", guardTable];
  return new Promise((resolve, reject) => {
    execFile(nft, args, { timeout: timeoutMs, encoding: "utf8" }, (error, text) => {
      if (error === null) resolve(text);
      else reject(error);
    });
  });
}
