import { z } from "zod";
import data from "./oss-blocks.json" with { type: "json" };

/**
 * The address blocks behind OSS' internal endpoints, by region, as Alibaba Cloud published them on `asOf` at `source`. OSS
 * moves between a region's blocks without notice, so all of them belong into the tunnel. What changed since goes into
 * `oss.blocks` of tunnel.yaml.
 */
export const ossBlocks = z
  .strictObject({
    asOf: z.iso.date(),
    source: z.array(z.url()).min(1),
    regions: z.record(z.string(), z.array(z.cidrv4()).min(1)),
  })
  .parse(data);

/** The blocks of a region; undefined for a region that is not in the data. */
export function blocksOfRegion(region: string): readonly string[] | undefined {
  return ossBlocks.regions[region];
}
