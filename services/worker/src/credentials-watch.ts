import { areCredentialsRefused } from "@causeway/shared/domain/credentials-refused.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { reasonOf } from "@causeway/shared/domain/reason.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { JobWork } from "./job-work.ts";
import type { TaskRun } from "./task-run.ts";

/** So many refusals one start of a task bears: a store may be late to know a new key. Fewer than an object's attempts. */
const mostRefusals = 3;

/** Watches one start of a task for stores that refuse its job's credentials. */
export interface CredentialsWatch {
  /** The same work; refusals are tried again until they are too many, and then stop the run. */
  over(work: JobWork): JobWork;
  /** What stopped the run. */
  refusal(): { readonly fault: Fault; readonly revision: number } | undefined;
}

/** `stop` must abort the run's signal, so that no object gets an outcome of it. */
export function createCredentialsWatch(stop: () => void): CredentialsWatch {
  let refusals = 0;
  let refusal: ReturnType<CredentialsWatch["refusal"]>;
  const judge = (thrown: unknown, revision: number): unknown => {
    if (!(thrown instanceof Fault) || !areCredentialsRefused(thrown)) return thrown;
    refusals += 1;
    if (refusals >= mostRefusals && refusal === undefined) {
      refusal = { fault: thrown, revision };
      stop();
    }
    const { cause, said } = thrown;
    return new Fault(thrown.code, "transient", { cause, ...(said === undefined ? {} : { said }) });
  };
  return {
    over(work) {
      const guard: Guard = (call) =>
        call().catch((thrown: unknown) => {
          throw judge(thrown, work.revision);
        });
      return { ...work, source: sourceWith(work.source, guard), target: targetWith(work.target, guard) };
    },
    refusal: () => refusal,
  };
}

type Guard = <T>(call: () => Promise<T>) => Promise<T>;

function sourceWith(source: ObjectSource, guard: Guard): ObjectSource {
  return {
    ...source,
    listPage: (request, options) => guard(() => source.listPage(request, options)),
    head: (key, options) => guard(() => source.head(key, options)),
    read: (request, options) => guard(() => source.read(request, options)),
    part: (request, options) => guard(() => source.part(request, options)),
  };
}

function targetWith(target: ObjectTarget, guard: Guard): ObjectTarget {
  const { uploads } = target;
  return {
    ...target,
    listPage: (request, options) => guard(() => target.listPage(request, options)),
    head: (key, options) => guard(() => target.head(key, options)),
    put: (request, options) => guard(() => target.put(request, options)),
    remove: (key, options) => guard(() => target.remove(key, options)),
    uploads: {
      begin: (key, attributes, options) => guard(() => uploads.begin(key, attributes, options)),
      putPart: (upload, part, payload, options) => guard(() => uploads.putPart(upload, part, payload, options)),
      complete: (upload, parts, options) => guard(() => uploads.complete(upload, parts, options)),
      abort: (upload, options) => guard(() => uploads.abort(upload, options)),
      parts: (upload, options) => guard(() => uploads.parts(upload, options)),
    },
  };
}

export interface PauseParts {
  readonly jobLedger: Pick<JobLedger, "change" | "tellTrouble">;
  readonly log: Logger;
}

/** Pauses the job with the refusal as its reason, unless it has other credentials by now. */
export async function pauseRefused(run: TaskRun, watch: CredentialsWatch, parts: PauseParts): Promise<void> {
  const refusal = watch.refusal();
  if (refusal === undefined) return;
  const { jobId } = run.pointer;
  const { fault, revision } = refusal;
  try {
    const answer = await parts.jobLedger.change(jobId, {
      change: "pause",
      reason: reasonOf(fault),
      atRevision: revision,
    });
    parts.log.warn({ jobId, code: fault.code, answer }, "a store refuses the job's credentials: the job pauses");
  } catch (error) {
    parts.log.warn({ jobId, code: fault.code, err: error }, "the job could not be paused; its next task tries again");
  }
}
