import { type ExecFileException, execFile } from "node:child_process";
import { z } from "zod";
import { guardTable, refusedCounters } from "../render/guard.ts";

/** What reads how many packets the guard has refused since it was loaded; a text: why it cannot be read, as a sentence. */
export type ReadRefused = () => Promise<number | string>;

const timeoutMs = 2000;
const freshMs = 2000;
/** Where it could not be read (no guard, or no CAP_NET_ADMIN) it is tried again after so long. */
const againMs = 10_000;

const listingSchema = z.object({
  nftables: z.array(z.object({ counter: z.object({ name: z.string(), packets: z.number() }).optional() })),
});

/** Reads the guard's counters by `nft`, at most every two seconds. */
export function createRefusedReader(nft = "nft"): ReadRefused {
  let read: Promise<number | string> | undefined;
  let staleAtMs = -Infinity;
  return async () => {
    if (read !== undefined && performance.now() < staleAtMs) return read;
    staleAtMs = performance.now() + freshMs;
    read = listCounters(nft)
      .then(packetsIn)
      .catch((error: unknown) => {
        staleAtMs = performance.now() + againMs;
        return `The guard cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
      });
    return read;
  };
}

/** Adds up the guard's counters in what `nft -j list counters` prints. Throws for another text, and where there are none. */
export function packetsIn(text: string): number {
  const { nftables } = listingSchema.parse(JSON.parse(text));
  const names: readonly string[] = refusedCounters;
  const counters = nftables.flatMap(({ counter }) => counter ?? []).filter(({ name }) => names.includes(name));
  if (counters.length === 0) throw new Error(`table inet ${guardTable} has none of its counters`);
  return counters.reduce((sum, { packets }) => sum + packets, 0);
}

function listCounters(nft: string): Promise<string> {
  const args = ["-j", "list", "counters", "table", "inet", guardTable];
  return new Promise((resolve, reject) => {
    execFile(nft, args, { timeout: timeoutMs, encoding: "utf8" }, (error, text, said) => {
      if (error === null) resolve(text);
      else reject(new Error(whyNot(error, said), { cause: error }));
    });
  });
}

/** Why nft told nothing, from how it ended and what it said on standard error. */
function whyNot({ code, killed }: ExecFileException, said: string): string {
  if (killed === true) return `nft did not end in ${timeoutMs} ms`;
  if (code === "ENOENT") return "nft is not installed";
  if (said.includes("No such file or directory")) return `it is not loaded, there is no table inet ${guardTable}`;
  const [first = ""] = said.split("\n");
  return `nft says: ${first}`;
}
