import { judgeAddresses } from "../domain/preflight/addresses.ts";
import { judgeClock } from "../domain/preflight/clock.ts";
import { type CheckName, type PreflightLine, warning } from "../domain/preflight/line.ts";
import { judgeRegion } from "../domain/preflight/region.ts";
import type { RunCheck } from "./check.ts";
import { listTarget } from "./list-target.ts";
import { probeTarget } from "./probe-target.ts";
import type { PreflightStores } from "./stores.ts";

export interface TargetLooked {
  readonly lines: readonly PreflightLine[];
  readonly roundTripMs: number | undefined;
}

/** What needs the target's credentials beyond the listing. */
const afterListing = ["target.write", "target.multipart", "target.delete"] as const satisfies readonly CheckName[];

/** Looks at the target: from its addresses to a probe object that is written and taken away again. */
export async function lookAtTarget(
  run: RunCheck,
  stores: PreflightStores,
  rules: { readonly blocks: "named" | "none"; readonly probeName: string },
): Promise<TargetLooked> {
  const { spec, targetLook } = stores;
  const [addresses, clock, region, list] = await Promise.all([
    run("target.addresses", async (options) => {
      const reading = await targetLook.addresses(options);
      const scheme = spec.target.endpoint.startsWith("https:") ? "https" : "http";
      return { findings: [judgeAddresses(reading, { blocks: rules.blocks, scheme })], value: null };
    }),
    run("target.clock", async ({ signal, tried }) => {
      const greeting = await tried(() => targetLook.greet({ signal }));
      return { findings: [judgeClock("the target", greeting)], value: greeting.roundTripMs };
    }),
    run("target.region", async ({ signal, tried }) => {
      const found = await tried(() => targetLook.region({ signal }));
      return { findings: [judgeRegion("target", spec.target.region, found)], value: null };
    }),
    run("target.list", (looking) => listTarget(stores, looking)),
  ]);
  const lines = [...addresses.lines, ...clock.lines, ...region.lines, ...list.lines];
  const rest = list.value === "unseen" ? unseen() : await probeTarget(run, stores, rules.probeName);
  return { lines: [...lines, ...rest], roundTripMs: clock.value };
}

function unseen(): readonly PreflightLine[] {
  const finding = warning("Not looked at: this process does not hold the credentials.", "See target.list.");
  return afterListing.map((check) => ({ check, ...finding }));
}
