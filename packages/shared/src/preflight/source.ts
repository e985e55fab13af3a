import { judgeAddresses } from "../domain/preflight/addresses.ts";
import { judgeClock } from "../domain/preflight/clock.ts";
import { type CheckName, type PreflightLine, warning } from "../domain/preflight/line.ts";
import { judgeRegion } from "../domain/preflight/region.ts";
import type { SourceSample } from "../domain/preflight/sample.ts";
import { lookAtCanary } from "./canary.ts";
import type { RunCheck } from "./check.ts";
import { listSource } from "./list-source.ts";
import { lookAtSample } from "./look-at-sample.ts";
import type { PreflightStores } from "./stores.ts";

/** What was learned of one side beside the lines. */
export interface SourceLooked {
  readonly lines: readonly PreflightLine[];
  readonly sample: SourceSample | undefined;
  readonly roundTripMs: number | undefined;
}

/** What is looked at only where the listing gave something to look at. */
const afterListing = [
  "source.read",
  "source.encryption",
  "source.archived",
  "source.keys",
  "source.metadata",
] as const satisfies readonly CheckName[];

/** Looks at the source: from its addresses to what reading a sample shows. */
export async function lookAtSource(
  run: RunCheck,
  stores: PreflightStores,
  canaryBucket: string | undefined,
): Promise<SourceLooked> {
  const { spec, sourceLook } = stores;
  const canary = lookAtEndpoint(run, stores, canaryBucket);
  const [addresses, clock, region, list] = await Promise.all([
    run("source.addresses", async (options) => {
      const reading = await sourceLook.addresses(options);
      const scheme = spec.source.endpoint.startsWith("https:") ? "https" : "http";
      return { findings: [judgeAddresses(reading, { blocks: "none", scheme })], value: null };
    }),
    run("source.clock", async ({ signal, tried }) => {
      const greeting = await tried(() => sourceLook.greet({ signal }));
      return { findings: [judgeClock("the source", greeting)], value: greeting.roundTripMs };
    }),
    run("source.region", async ({ signal, tried }) => {
      const found = await tried(() => sourceLook.region({ signal }));
      return { findings: [judgeRegion("source", spec.source.region, found)], value: null };
    }),
    run("source.list", (looking) => listSource(stores, looking)),
  ]);
  const sample = list.value;
  const lines = [...addresses.lines, ...(await canary), ...clock.lines, ...region.lines, ...list.lines];
  const rest = sample === undefined ? notLooked() : await lookAtSample(run, stores, sample);
  return { lines: [...lines, ...rest], sample, roundTripMs: clock.value };
}

/** Nothing where no canary is named: then nobody can tell. */
async function lookAtEndpoint(
  run: RunCheck,
  stores: PreflightStores,
  bucket: string | undefined,
): Promise<readonly PreflightLine[]> {
  if (bucket === undefined) return [];
  const { lines } = await run("source.endpoint", (looking) => lookAtCanary(bucket, stores.sourceAt(bucket), looking));
  return lines;
}

function notLooked(): readonly PreflightLine[] {
  const finding = warning("Not looked at: the source could not be listed.", "Mend source.list first.");
  return afterListing.map((check) => ({ check, ...finding }));
}
