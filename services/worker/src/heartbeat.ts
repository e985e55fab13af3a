import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { WorkerRecord, WorkerRegistry } from "@causeway/shared/ports/worker-registry.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";

export type Identity = Pick<WorkerRecord, "id" | "host" | "pid" | "version" | "taskSlots">;

/** What a worker process is doing at the moment. */
export interface Doing {
  readonly tasksRunning: number;
  readonly state: WorkerRecord["state"];
  readonly tunnel: WorkerRecord["tunnel"];
  /** Objects and bytes settled since the process started. */
  readonly objects: number;
  readonly bytes: number;
  /** Connections in use, and how many may be at the moment. */
  readonly connections: number;
  readonly allowed: number;
  /** Processor time since the process started, ms. */
  readonly cpuMs: number;
}

export interface Heartbeat {
  start(): void;
  stop(): Promise<void>;
}

const beatMs = 3000;

/** Tells the registry every three seconds who works here and how fast. */
export function createHeartbeat(
  identity: Identity,
  doing: () => Doing,
  parts: { readonly workers: WorkerRegistry; readonly clock: Clock; readonly log: Logger },
): Heartbeat {
  const { workers, clock, log } = parts;
  const stopping = new AbortController();
  const startedAtMs = clock.now();
  let before = { atMs: clock.monotonicMs(), objects: 0, bytes: 0, cpuMs: 0 };
  let beating: Promise<void> | undefined;

  const beat = async (): Promise<void> => {
    const { tasksRunning, state, tunnel, objects, bytes, connections, allowed, cpuMs } = doing();
    const atMs = clock.monotonicMs();
    const perSecond = (now: number, then: number): number =>
      Math.max(0, Math.round(((now - then) * 1000) / Math.max(1, atMs - before.atMs)));
    const cores = Math.round((100 * Math.max(0, cpuMs - before.cpuMs)) / Math.max(1, atMs - before.atMs)) / 100;
    const record: WorkerRecord = {
      ...identity,
      tasksRunning,
      state,
      tunnel,
      objectsPerSecond: perSecond(objects, before.objects),
      bytesPerSecond: perSecond(bytes, before.bytes),
      load: { connections, connectionsAllowed: allowed, cores },
      startedAtMs,
      heartbeatAtMs: clock.now(),
    };
    before = { atMs, objects, bytes, cpuMs };
    await workers.beat(record).catch((error: unknown) => {
      log.warn({ err: error }, "the heartbeat did not reach the registry");
    });
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await beat();
      await clock.sleep(beatMs, stopping).catch(() => {});
    }
  };
  return {
    start() {
      beating ??= loop();
    },
    async stop() {
      stopping.abort();
      await beating;
      await workers.leave(identity.id).catch(() => {});
    },
  };
}
