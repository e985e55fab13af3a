import published from "../../../../packages/tunnel/src/model/oss-blocks.json" with { type: "json" };
import type { Settings } from "./settings.ts";

/**
 * Where OSS answers in the far region, as seen from the tunnel: the published blocks, those that the settings name instead, or
 * with PrivateLink the far switches, in which its endpoint gets its addresses. `packages/tunnel` reads the same table.
 */
export function blocksOf({ path, far }: Settings): readonly string[] {
  if (path.blocks !== undefined) return path.blocks;
  if (path.access === "privatelink") return far.zones.map((zone) => zone.switch);
  const regions: Readonly<Record<string, readonly string[]>> = published.regions;
  return regions[far.region] ?? [];
}

/** The day of the published table. */
export const blocksAsOf = published.asOf;
