import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import { type JobView, jobView } from "../http/job-view.ts";
import { refuse } from "../http/problem.ts";

/** The `{id}` of an address: a job's id or name. */
export const jobParams = z.object({ id: z.string().min(1).max(200).describe("A job's id or name.") });

/** Answers 404 for a job that is not there. */
export function refuseUnknown(reply: FastifyReply, idOrName: string): void {
  return refuse(
    reply,
    "JOB_UNKNOWN",
    `There is no job ${JSON.stringify(idOrName)}; GET /v1/jobs lists those there are.`,
  );
}

/** Shows a job together with what only its counts tell. */
export async function viewOf(ports: Pick<ApiPorts, "jobs">, job: JobRecord): Promise<JobView> {
  const counts = await ports.jobs.figures(job.id);
  return jobView(job, counts?.tally.failedObjects ?? 0);
}
