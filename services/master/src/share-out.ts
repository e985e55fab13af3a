/** A job that wants to be dispatched. */
export interface Sharer {
  readonly jobId: string;
  readonly weight: number;
  readonly pendingTasks: number;
}

/** What a job is behind or ahead of its due, carried from one sharing to the next. */
export type Credits = ReadonlyMap<string, number>;

export interface Shares {
  /** Tasks by job; jobs that get none are not in it. */
  readonly tasks: ReadonlyMap<string, number>;
  readonly credits: Credits;
}

/**
 * Shares `free` places of the queue among the jobs: smooth weighted round robin. Each place adds every job's weight to its
 * credit and goes to the highest credit, which pays the sum of the weights. So a job of weight 2 gets two places in three
 * beside one of weight 1, spread evenly, and also where there is only one place at a time.
 */
export function shareOut(jobs: readonly Sharer[], free: number, before: Credits): Shares {
  const left = new Map(jobs.filter(({ pendingTasks }) => pendingTasks > 0).map((job) => [job.jobId, job.pendingTasks]));
  const credits = new Map(jobs.map(({ jobId }) => [jobId, before.get(jobId) ?? 0]));
  const tasks = new Map<string, number>();
  for (let place = 0; place < free && left.size > 0; place += 1) {
    const eligible = jobs.filter(({ jobId }) => left.has(jobId));
    const chosen = eligible.length === 1 ? eligible[0] : nextInTurn(eligible, credits);
    if (chosen === undefined) break;
    tasks.set(chosen.jobId, (tasks.get(chosen.jobId) ?? 0) + 1);
    const rest = (left.get(chosen.jobId) ?? 0) - 1;
    if (rest > 0) left.set(chosen.jobId, rest);
    else left.delete(chosen.jobId);
  }
  return { tasks, credits };
}

/** Alone there is nobody to owe: a single job neither saves nor pays. */
function nextInTurn(eligible: readonly Sharer[], credits: Map<string, number>): Sharer | undefined {
  let chosen: Sharer | undefined;
  let sum = 0;
  for (const job of eligible) {
    const credit = (credits.get(job.jobId) ?? 0) + job.weight;
    credits.set(job.jobId, credit);
    sum += job.weight;
    if (chosen === undefined || credit > (credits.get(chosen.jobId) ?? 0)) chosen = job;
  }
  if (chosen !== undefined) credits.set(chosen.jobId, (credits.get(chosen.jobId) ?? 0) - sum);
  return chosen;
}
