import type { OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { judgeJournal } from "@causeway/shared/domain/preflight/journal.ts";
import { failure, type Finding, ok, warning } from "@causeway/shared/domain/preflight/line.ts";
import { judgeRedis } from "@causeway/shared/domain/preflight/redis.ts";
import { judgeWorkers } from "@causeway/shared/domain/preflight/workers.ts";
import type { WorkerRecord } from "@causeway/shared/ports/worker-registry.ts";
import type { SurroundingCheck } from "@causeway/shared/preflight/run.ts";
import type { ApiPorts } from "../api-ports.ts";
import { overlappingJob } from "../submission/overlap.ts";

/** What is looked at beside the stores: other jobs, Redis, the journal, the workers. */
export function surroundingChecks(
  spec: OpenJobSpec,
  ports: Pick<ApiPorts, "jobs" | "active" | "preflight">,
  workers: readonly WorkerRecord[],
): readonly SurroundingCheck[] {
  const { readRedis, journal, journalKind, host } = ports.preflight;
  return [
    { name: "job", look: () => lookAtJobs(spec, ports) },
    { name: "redis", look: async () => (await readRedis()).flatMap(judgeRedis) },
    {
      name: "journal",
      look: async (options) => {
        await journal.check(options);
        return [judgeJournal(journalKind, [...new Set([host, ...workers.map((worker) => worker.host)])])];
      },
    },
    { name: "workers", look: async () => judgeWorkers(workers) },
  ];
}

async function lookAtJobs(spec: OpenJobSpec, { jobs, active }: Pick<ApiPorts, "jobs" | "active">): Promise<Finding[]> {
  const findings: Finding[] = [];
  const namesake = await jobs.get(spec.name);
  if (namesake !== undefined) {
    const cure = "Choose another name, or delete that job once it has ended.";
    findings.push(failure(`The name ${spec.name} belongs to job ${namesake.id} (${namesake.state}).`, cure));
  }
  const records = await Promise.all((await active.active()).map(({ jobId }) => jobs.get(jobId)));
  const found = records.filter((record): record is JobRecord => record !== undefined);
  const other = overlappingJob({ ...spec, allowSharedTarget: false }, found);
  if (other !== undefined) {
    const said = `The active job ${other.spec.name} (${other.id}) writes to ${other.spec.target.bucket}/${other.spec.target.prefix}, too.`;
    const judge = spec.allowSharedTarget ? warning : failure;
    findings.push(judge(said, "Wait for its end, or choose another target.prefix; allowSharedTarget permits it."));
  }
  return findings.length === 0
    ? [ok(`The name ${spec.name} is free, and no active job writes to the same place.`)]
    : findings;
}
