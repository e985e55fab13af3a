import { z } from "zod";
import { lineStates, preflightLineSchema } from "./line.ts";

const count = z.number().min(0);

/** A preflight as `POST /v1/preflight` answers it. */
export const preflightResultSchema = z.object({
  verdict: z.enum(lineStates).describe("The worst of the lines."),
  lines: z.array(preflightLineSchema),
  estimate: z
    .object({
      expected: z.object({ objects: count, bytes: count, basis: z.enum(["counted", "given", "at-least"]) }),
      quantities: z.object({
        sourceRegion: z.string(),
        targetRegion: z.string(),
        listRequests: count,
        getRequests: count,
        putRequests: count,
        bytes: count,
        bytesByClass: z.record(z.string(), count),
      }),
      duration: z.object({
        seconds: count,
        heldBy: z.enum(["bytes", "objects", "requests", "nothing"]).describe("What takes the longest."),
        bytesPerSecond: count,
        objectsPerSecond: count,
      }),
      cost: z.object({
        currency: z.string(),
        asOf: z.string(),
        sources: z.array(z.string()),
        unverified: z
          .array(z.string())
          // An API of an older version says nothing of it.
          .default([])
          .describe("Prices that nobody has compared with what the provider publishes."),
        items: z.array(z.object({ what: z.string(), amount: count })),
        total: count.describe("Of the items, which are paid once."),
        monthly: count.describe("Storage at the target, each month."),
        notCounted: z.array(z.string()),
      }),
      assumptions: z.array(z.string()),
    })
    .nullable()
    .describe("Null where the source could not be listed and the query does not say how much there is."),
});
