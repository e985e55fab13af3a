import type { FaultCode } from "./fault-codes.ts";
import type { OpenJobSpec } from "./job-spec.ts";
import type { Tally } from "./outcome.ts";
import type { JobState } from "./state.ts";

/** Why a job is where it is, for people; null while there is nothing to say. */
export interface StateReason {
  readonly code: FaultCode;
  readonly message: string;
}

/** A job as the ledger keeps it, without secrets. */
export interface JobRecord {
  readonly id: string;
  readonly spec: OpenJobSpec;
  readonly state: JobState;
  readonly stateReason: StateReason | null;
  readonly createdAtMs: number;
  /** When it reached its end; null before. */
  readonly endedAtMs: number | null;
  /** Bumped by every change of credentials, limits or weight. */
  readonly revision: number;
}

/** Every figure that the ledger keeps of a job as a whole. */
export interface JobFigures {
  readonly listedObjects: number;
  readonly listedBytes: number;
  readonly tally: Tally;
  readonly pendingTasks: number;
  /** Handed to the queue and not yet committed, running ones included. */
  readonly dispatchedTasks: number;
  readonly runningTasks: number;
  readonly succeededTasks: number;
  readonly failedTasks: number;
  readonly listingFinished: boolean;
  readonly failuresByCode: Readonly<Partial<Record<FaultCode, number>>>;
  /** Compressed manifests in the backlog, bytes: what the watermark is about. */
  readonly backlogBytes: number;
  /** Objects and bytes counted (or recorded as progress) over about the last minute. */
  readonly recent: { readonly objects: number; readonly bytes: number; readonly overMs: number };
}

/** The figures, and how far each running task is. */
export interface JobCounts extends JobFigures {
  readonly running: readonly RunningTask[];
}

export interface RunningTask {
  readonly taskId: string;
  readonly startedAtMs: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly objectsDone: number;
  readonly objectsTotal: number;
}
