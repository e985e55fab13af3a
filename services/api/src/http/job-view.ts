import {
  jobSpecSchema,
  type OpenJobSpec,
  sourceSpecSchema,
  targetSpecSchema,
} from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { jobStates, publicState } from "@causeway/shared/domain/state.ts";
import { z } from "zod";

/** A job as the API shows it: what was asked for (without credentials), and where it is. */
export const jobViewSchema = jobSpecSchema
  .omit({ source: true, target: true })
  .extend({
    id: z.string(),
    source: sourceSpecSchema.omit({ credentials: true }),
    target: targetSpecSchema.omit({ credentials: true }),
    state: z.enum(jobStates),
    jobState: z.enum(["Running", "Paused", "Succeed", "Failed", "Abort"]).describe("The state in OSSImport's words."),
    stateReason: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    revision: z.number().int(),
  })
  .meta({ id: "Job" });
export type JobView = z.infer<typeof jobViewSchema>;

/** Shows a job; `failedObjects` decides what a completed one is called. */
export function jobView(job: JobRecord, failedObjects: number): JobView {
  const spec: OpenJobSpec = job.spec;
  return {
    ...spec,
    id: job.id,
    state: job.state,
    jobState: publicState(job.state, failedObjects),
    stateReason: job.stateReason,
    createdAt: new Date(job.createdAtMs).toISOString(),
    endedAt: job.endedAtMs === null ? null : new Date(job.endedAtMs).toISOString(),
    revision: job.revision,
  };
}
