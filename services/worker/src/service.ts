import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { TaskConsumer } from "@causeway/shared/ports/task-queue.ts";
import type { WorkerRegistry } from "@causeway/shared/ports/worker-registry.ts";
import type { TunnelLink } from "@causeway/shared/ports/tunnel-link.ts";
import type { EntranceFigures } from "./entrance.ts";
import { type Identity, createHeartbeat } from "./heartbeat.ts";
import { createLinkWatch } from "./link-watch.ts";
import { type WorkerParts, createWorker } from "./worker.ts";

export interface ServiceParts extends Omit<WorkerParts, "workerId" | "handBack"> {
  readonly identity: Identity;
  readonly consumer: TaskConsumer;
  readonly workers: WorkerRegistry;
  readonly journal: Journal;
  /** The tunnel that every target is reached through; undefined: this host has none to look after. */
  readonly link: TunnelLink | undefined;
  /** How long tasks may go on once the process is told to stop, ms. */
  readonly drainTimeoutMs: number;
  /** What keeps the ledger from answering, as a sentence. */
  readonly ledgerObstacle: () => string | undefined;
}

/** A worker process between its start and its end. */
export interface WorkerService {
  start(): void;
  /** Takes nothing more, finishes what is held, and hands back what takes too long. */
  stop(): Promise<void>;
  /** What keeps it from working, as sentences. */
  obstacles(): Promise<readonly string[]>;
  /** Sets the gauges of what is in use at this moment. */
  measure(): void;
}

const journalTimeoutMs = 2000;
const allDown = "The path to the source or to the target is down.";

export function createWorkerService(parts: ServiceParts): WorkerService {
  const { consumer, identity, log, meter } = parts;
  const handBack = new AbortController();
  const worker = createWorker({ ...parts, workerId: identity.id, handBack: handBack.signal });
  const { pathWatch, running, scheduler, totals } = worker;
  const linkWatch = createLinkWatch({ ...parts, pathWatch });
  let isDraining = false;
  const load = () => {
    const figures = scheduler.figures();
    const { user, system } = process.cpuUsage();
    return { connections: inUse(figures), allowed: figures.allowed, cpuMs: (user + system) / 1000 };
  };
  const heartbeat = createHeartbeat(
    identity,
    () => ({
      ...totals,
      ...load(),
      tunnel: linkWatch.tunnel(),
      tasksRunning: running.size,
      state: isDraining ? "draining" : pathWatch.isAllDown() ? "path-down" : "running",
    }),
    parts,
  );
  pathWatch.onChange(() => {
    if (!pathWatch.isAllDown()) {
      consumer.resume();
      return;
    }
    consumer.pause().catch((error: unknown) => log.warn({ err: error }, "the consumer could not be paused"));
  });
  return {
    start() {
      linkWatch.start();
      consumer.start(worker.runTask);
      heartbeat.start();
    },
    async stop() {
      isDraining = true;
      const timer = setTimeout(() => handBack.abort(), parts.drainTimeoutMs);
      await consumer.stop("drain");
      clearTimeout(timer);
      await linkWatch.stop();
      await heartbeat.stop();
      await worker.jobs.close();
    },
    measure() {
      const figures = scheduler.figures();
      meter.gauge("migration_connections", { state: "allowed" }, figures.allowed);
      meter.gauge("migration_connections", { state: "used" }, inUse(figures));
      meter.gauge("migration_bodies_bytes", {}, figures.bytes);
    },
    async obstacles() {
      const ledger = parts.ledgerObstacle();
      const paths = pathWatch.isAllDown() ? (linkWatch.tunnel()?.reason ?? allDown) : undefined;
      const journal = await journalObstacle(parts.journal);
      return [ledger, paths, journal].filter((sentence) => sentence !== undefined);
    },
  };
}

/** Connections to the side that has more of them in use: either side may have all that are allowed. */
function inUse({ reading, writing }: EntranceFigures): number {
  return Math.max(reading, writing);
}

async function journalObstacle(journal: Journal): Promise<string | undefined> {
  return journal
    .check({ signal: AbortSignal.timeout(journalTimeoutMs) })
    .then(() => undefined)
    .catch((error: unknown) => `The journal cannot be written: ${String(error)}`);
}
