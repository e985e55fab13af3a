import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { ListPage, ListRequest, Signalled } from "@causeway/shared/ports/object-source.ts";
import type { JobContexts } from "./job-context.ts";
import type { PathWatch } from "./path-watch.ts";

export interface RecoveryParts {
  readonly jobs: JobContexts;
  readonly pathWatch: PathWatch;
  readonly clock: Clock;
  /** Aborted when the process has to end. */
  readonly handBack: AbortSignal;
}

/** A slot whose task went back because of a path takes the next task after so long, in case it is another job's. */
const patienceMs = 10_000;

/** Probes what is down of a job's paths; resolves when they work again, or after ten seconds while the probing goes on. */
export async function awaitPaths(jobId: string, revision: number, parts: RecoveryParts): Promise<void> {
  const recovered = new AbortController();
  const signal = AbortSignal.any([parts.handBack, recovered.signal]);
  void recover(jobId, revision, parts)
    .catch(() => {})
    .finally(() => recovered.abort());
  await parts.clock.sleep(patienceMs, { signal }).catch(() => {});
}

async function recover(jobId: string, revision: number, { jobs, pathWatch, handBack }: RecoveryParts): Promise<void> {
  const job = await jobs.open(jobId, revision);
  try {
    const { source, target, spec, paths } = job.work(() => {});
    await Promise.all([
      pathWatch.recover(paths.source, (signal) => askForAKey(source, spec.source.prefix, { signal }), handBack),
      pathWatch.recover(paths.target, (signal) => askForAKey(target, spec.target.prefix, { signal }), handBack),
    ]);
  } finally {
    job.release();
  }
}

interface Listable {
  listPage(request: ListRequest, options: Signalled): Promise<ListPage<unknown>>;
}

/** Rejects only when no answer came. */
async function askForAKey(store: Listable, prefix: string, options: Signalled): Promise<void> {
  try {
    await store.listPage({ after: undefined, prefix, limit: 1 }, options);
  } catch (thrown) {
    const isAnswer = thrown instanceof Fault && thrown.kind !== "path" && !thrown.code.endsWith("_UNREACHABLE");
    if (!isAnswer) throw thrown;
  }
}
