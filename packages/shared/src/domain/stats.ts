import type { JobCounts, JobFigures, JobRecord, StateReason } from "./job.ts";
import { hasEnded, type PublicJobState, publicState } from "./state.ts";

/** A job's figures as `GET /v1/jobs/{id}/stats` answers them (interfaces: "HTTP"); the first nine are OSSImport's. */
export interface JobStats {
  readonly jobName: string;
  readonly jobState: PublicJobState;
  readonly stateReason: StateReason | null;
  readonly pendingTasks: number;
  readonly dispatchedTasks: number;
  readonly runningTasks: number;
  readonly succeedTasks: number;
  readonly failedTasks: number;
  readonly scanFinished: boolean;
  readonly runningTasksProgress: readonly TaskProgress[];
  readonly objects: {
    readonly listed: number;
    readonly copied: number;
    readonly skipped: number;
    readonly failed: number;
  };
  readonly bytes: { readonly listed: number; readonly copied: number; readonly skipped: number };
  readonly rate: {
    readonly objectsPerSecond: number;
    readonly bytesPerSecond: number;
    /** Null while it cannot be told: the listing goes on, or nothing moves. */
    readonly etaSeconds: number | null;
  };
  readonly failuresByCode: Readonly<Record<string, number>>;
}

export interface TaskProgress {
  readonly taskId: string;
  readonly startedAt: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly objectsDone: number;
  readonly objectsTotal: number;
}

/** Says how a job is doing, from what the ledger keeps of it. */
export function statsOf(record: JobRecord, counts: JobCounts): JobStats {
  const runningTasksProgress = counts.running.map(({ startedAtMs, ...progress }) => ({
    ...progress,
    startedAt: new Date(startedAtMs).toISOString(),
  }));
  return { ...jobStatsOf(record, counts), runningTasksProgress };
}

/** The same without its tasks, as lists of jobs show it. */
export function jobStatsOf(record: JobRecord, counts: JobFigures): Omit<JobStats, "runningTasksProgress"> {
  const { tally } = counts;
  return {
    jobName: record.spec.name,
    jobState: publicState(record.state, tally.failedObjects),
    stateReason: record.stateReason,
    pendingTasks: counts.pendingTasks,
    dispatchedTasks: counts.dispatchedTasks,
    runningTasks: counts.runningTasks,
    succeedTasks: counts.succeededTasks,
    failedTasks: counts.failedTasks,
    scanFinished: counts.listingFinished,
    objects: {
      listed: counts.listedObjects,
      copied: tally.copiedObjects,
      skipped: tally.skippedObjects,
      failed: tally.failedObjects,
    },
    bytes: { listed: counts.listedBytes, copied: tally.copiedBytes, skipped: tally.skippedBytes },
    rate: rateOf(record, counts),
    failuresByCode: { ...counts.failuresByCode },
  };
}

function rateOf(record: JobRecord, counts: JobFigures): JobStats["rate"] {
  const seconds = counts.recent.overMs / 1000;
  // A paused job moves nothing: the last minute's figures would only fade, and its time left grow.
  const stands = hasEnded(record.state) || record.state === "paused";
  if (stands || seconds <= 0) return { objectsPerSecond: 0, bytesPerSecond: 0, etaSeconds: null };
  const objectsPerSecond = counts.recent.objects / seconds;
  return {
    objectsPerSecond: rounded(objectsPerSecond),
    bytesPerSecond: Math.round(counts.recent.bytes / seconds),
    etaSeconds: etaSeconds(counts, objectsPerSecond, counts.recent.bytes / seconds),
  };
}

/** The longer of what the objects left and the bytes left would take: a tail of large objects shows in the second. */
function etaSeconds(counts: JobFigures, objectsPerSecond: number, bytesPerSecond: number): number | null {
  if (!counts.listingFinished || objectsPerSecond === 0) return null;
  const { copiedObjects, skippedObjects, failedObjects, copiedBytes, skippedBytes } = counts.tally;
  const objectsLeft = Math.max(0, counts.listedObjects - copiedObjects - skippedObjects - failedObjects);
  if (objectsLeft === 0) return 0;
  const bytesLeft = Math.max(0, counts.listedBytes - copiedBytes - skippedBytes);
  const byBytes = bytesPerSecond === 0 ? 0 : bytesLeft / bytesPerSecond;
  return Math.ceil(Math.max(objectsLeft / objectsPerSecond, byBytes));
}

function rounded(rate: number): number {
  return Math.round(rate * 10) / 10;
}

/** What of the stats is printed: a client may hear reasons that it does not know, and does not print them. */
type PrintedStats = Omit<JobStats, "stateReason">;

/** OSSImport's own block, byte for byte, as its `console.sh stat` prints it; several jobs share the first line. */
export function statsText(jobs: readonly PrintedStats[]): string {
  return ["-------------- job stats ---------------", ...jobs.flatMap(statLines), ""].join("\n");
}

function statLines(stats: PrintedStats): string[] {
  return [
    "---------------- job stat ------------------",
    `JobName:${stats.jobName}`,
    `JobState:${stats.jobState}`,
    `PendingTasks:${stats.pendingTasks}`,
    `DispatchedTasks:${stats.dispatchedTasks}`,
    `RunningTasks:${stats.runningTasks}`,
    `SucceedTasks:${stats.succeedTasks}`,
    `FailedTasks:${stats.failedTasks}`,
    `ScanFinished:${stats.scanFinished}`,
    "RunningTasks Progress:",
    ...stats.runningTasksProgress.map(progressLine),
    "----------------------------------------",
  ];
}

/** OSSImport's task ids are 32 upper-case hex digits and the start in ms. */
function progressLine(task: TaskProgress): string {
  const id = `${task.taskId.toUpperCase()}_${Date.parse(task.startedAt)}`;
  return `${id}:${task.bytesDone}/${task.bytesTotal} ${task.objectsDone}/${task.objectsTotal}`;
}
