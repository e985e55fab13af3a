/** A worker process as it last described itself. */
export interface WorkerRecord {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly taskSlots: number;
  readonly tasksRunning: number;
  readonly objectsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly startedAtMs: number;
  readonly heartbeatAtMs: number;
  readonly state: "running" | "draining" | "path-down";
}

/** How long a record outlives its last heartbeat. */
export const workerTtlMs = 30_000;

/** Who works. Records vanish by themselves `workerTtlMs` after their last heartbeat. */
export interface WorkerRegistry {
  beat(record: WorkerRecord): Promise<void>;
  leave(id: string): Promise<void>;
  list(): Promise<readonly WorkerRecord[]>;
}
