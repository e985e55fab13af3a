import { z } from "zod";
import { failureSchema } from "../http/failure-view.ts";
import { jobSummarySchema } from "../http/job-summary.ts";
import { jobViewSchema } from "../http/job-view.ts";
import { statsSchema } from "../http/stats-schema.ts";
import { workerSchema } from "../http/worker-view.ts";

const id = z.string().describe("Send it back as Last-Event-ID to go on behind this event.");

const ledgerEvent = z
  .object({ event: z.literal("ledger"), data: z.object({ reachable: z.boolean() }) })
  .describe("Redis does not answer, or answers again; what was told before stands until then.");

/** What `GET /v1/jobs/{id}/events` tells. */
export const jobEventSchema = z
  .discriminatedUnion("event", [
    z.object({ event: z.literal("state"), id, data: jobViewSchema }).describe("The job, whenever it changes."),
    z
      .object({ event: z.literal("stats"), id, data: statsSchema })
      .describe("The figures, whenever they change; at most the 100 oldest running tasks."),
    z
      .object({
        event: z.literal("failures"),
        id,
        data: z.object({
          items: z.array(failureSchema),
          nextCursor: z
            .string()
            .nullable()
            .describe("More failed than one event holds: `after` for the failures call."),
        }),
      })
      .describe("Objects that failed since, at most 100 at once."),
    z.object({ event: z.literal("deleted"), data: z.object({}) }).describe("The job was deleted; the stream ends."),
    ledgerEvent,
  ])
  .meta({ id: "JobEvent" });

/** What `GET /v1/events` tells. */
export const fleetEventSchema = z
  .discriminatedUnion("event", [
    z
      .object({ event: z.literal("jobs"), id, data: z.object({ items: z.array(jobSummarySchema) }) })
      .describe("All jobs (the newest 500, and all active ones); replaces what was known. Comes first."),
    z
      .object({ event: z.literal("changed"), id, data: z.object({ items: z.array(jobSummarySchema) }) })
      .describe("Jobs that are new or have changed."),
    z.object({ event: z.literal("gone"), id, data: z.object({ ids: z.array(z.string()) }) }).describe("Deleted jobs."),
    z
      .object({ event: z.literal("workers"), id, data: z.object({ items: z.array(workerSchema) }) })
      .describe("All worker processes; replaces what was known."),
    ledgerEvent,
  ])
  .meta({ id: "FleetEvent" });
