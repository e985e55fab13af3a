import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals } from "../http/problem.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";

/** A listing has hundreds of shards at once; nobody reads more. */
const mostShown = 100;

const key = z.string().nullable();
const shardsSchema = z
  .object({
    items: z
      .array(z.object({ id: z.string(), after: key, before: key, cursor: key }))
      .describe(`Slices of the key space that are being listed, in key order, at most ${mostShown}.`),
    open: z.number().int().describe("How many there are; a shard that is listed to its end is forgotten."),
  })
  .meta({ id: "Shards" });

/** `GET /v1/jobs/{id}/shards`: how the source is being listed. */
export function addShardsRoute(app: ApiApp, ports: Pick<ApiPorts, "jobs" | "shards">): void {
  app.route({
    method: "GET",
    url: "/jobs/:id/shards",
    config: { role: "read" },
    schema: {
      summary: "How a job's source is being listed",
      params: jobParams,
      response: { 200: shardsSchema, ...refusals },
    },
    handler: async ({ params }, reply) => {
      const job = await ports.jobs.get(params.id);
      if (job === undefined) return refuseUnknown(reply, params.id);
      const shards = await ports.shards.shards(job.id);
      const items = shards
        .toSorted((one, other) => Buffer.compare(Buffer.from(one.after ?? ""), Buffer.from(other.after ?? "")))
        .slice(0, mostShown)
        .map(({ id, after = null, before = null, cursor = null }) => ({ id, after, before, cursor }));
      return { items, open: shards.length };
    },
  });
}
