import type { Clock } from "@causeway/shared/ports/clock.ts";
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
    const { paths, probes } = job.work(() => {});
    await Promise.all([
      pathWatch.recover(paths.source, probes.source, handBack),
      pathWatch.recover(paths.target, probes.target, handBack),
    ]);
  } finally {
    job.release();
  }
}
