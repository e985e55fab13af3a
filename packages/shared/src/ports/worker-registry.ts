import type { TunnelState } from "../domain/tunnel-state.ts";

/** How busy a worker process is. */
export interface WorkerLoad {
  /** Connections held to the source or to the target, whichever are more; and how many may be held to either at the moment. */
  readonly connections: number;
  readonly connectionsAllowed: number;
  /** Processor time since the last heartbeat, in cores: 1 is one core all the time. */
  readonly cores: number;
}

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
  /** Workers of an older version do not tell it. */
  readonly load?: WorkerLoad | undefined;
  /** Null where the worker watches none. */
  readonly tunnel: TunnelState | null;
}

/** How long a record outlives its last heartbeat. */
export const workerTtlMs = 30_000;

/** Who works. Records vanish by themselves `workerTtlMs` after their last heartbeat. */
export interface WorkerRegistry {
  beat(record: WorkerRecord): Promise<void>;
  leave(id: string): Promise<void>;
  list(): Promise<readonly WorkerRecord[]>;
}
