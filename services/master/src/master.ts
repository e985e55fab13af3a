import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { DispatchLedger } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { CredentialSeal } from "@causeway/shared/ports/secrets.ts";
import type { ShardConsumer, ShardQueue, TaskQueue } from "@causeway/shared/ports/task-queue.ts";
import type { Webhook } from "@causeway/shared/ports/webhook.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { createBacklogGauge } from "./backlog-gauge.ts";
import { createDispatcher } from "./dispatch.ts";
import { createDuty } from "./duty.ts";
import { createJobStores, type OpenStores } from "./job-stores.ts";
import { journalObstacle } from "./journal-guard.ts";
import { createListing } from "./listing.ts";
import { createNotifyDuty } from "./notify.ts";
import { createSettler } from "./settle.ts";
import { createSweeper } from "./sweep.ts";

export interface MasterParts {
  readonly ledger: Ledger;
  readonly tasks: TaskQueue;
  readonly shards: ShardQueue;
  readonly shardConsumer: ShardConsumer;
  readonly journal: Journal;
  readonly openStores: OpenStores;
  readonly seal: CredentialSeal;
  readonly webhook: Webhook;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: Logger;
  readonly newId: () => string;
  readonly settings: MasterSettings;
}

export interface MasterSettings {
  /** This host's name, as its workers report it. */
  readonly host: string;
  readonly journal: { readonly url: string; readonly shared: boolean };
  readonly listers: number;
  readonly backlogBudgetBytes: number;
}

export interface Master {
  start(): void;
  /** Ends what runs at the next safe point; another master goes on from there. */
  stop(): Promise<void>;
  /** What keeps jobs from going on, for `/readyz`. */
  obstacles(): Promise<readonly string[]>;
}

const pollMs = 200;
const sweepEveryMs = 5000;
const ledgerAnswersMs = 2000;
const stopWithinMs = 10_000;

/**
 * A master: lists shards, and under leases dispatches and settles, sweeps, and tells webhooks. Any number may run; what one does when it
 * dies, another finds in the ledger.
 */
export function createMaster(parts: MasterParts): Master {
  const { ledger, log, settings } = parts;
  const stopping = new AbortController();
  const stores = createJobStores(parts.openStores, ledger.jobs, parts.seal);
  const surroundings = { ...parts, lease: ledger.lease };
  const gauge = createBacklogGauge(ledger.dispatch, settings.backlogBudgetBytes, parts.clock);
  const workersObstacle = createObstacleWatch(settings, log);
  const dispatcher = createDispatcher({
    ...ledger,
    ...parts,
    ...settings,
    ledger: ledger.dispatch,
    obstacle: workersObstacle,
  });
  const settler = createSettler({ ...parts, ...ledger, stores });
  const sweeper = createSweeper({ ...ledger, ...parts, ledger: ledger.dispatch });
  const attend = createAttendance({ ledger: ledger.dispatch, gauge, dispatcher, settler });
  const dispatch = createDuty({ name: "dispatch", everyMs: pollMs, run: attend }, surroundings);
  const sweep = createDuty({ name: "sweep", everyMs: sweepEveryMs, run: sweeper }, surroundings);
  const notify = createNotifyDuty({ ...parts, ...ledger, chance: Math.random }, surroundings);
  const duties = [dispatch, sweep, notify];
  const listing = createListing({
    ...parts,
    ...ledger,
    ledger: ledger.dispatch,
    stores,
    gauge,
    slots: settings.listers,
    stopping: stopping.signal,
    onChange: () => dispatch.nudge(),
  });
  /** While Redis is away the ledger waits for it; whoever asks whether we are ready does not. */
  async function fleetTrouble(): Promise<string | undefined> {
    const answered = new AbortController();
    const silence = parts.clock.sleep(ledgerAnswersMs, { signal: answered.signal }).then(
      () => "Redis does not answer; the log says where it is looked for",
      () => undefined,
    );
    const trouble = ledger.workers.list().then(workersObstacle);
    return await Promise.race([trouble, silence]).finally(() => answered.abort());
  }

  return {
    start() {
      parts.shardConsumer.start(listing.list);
      listing.start();
      for (const duty of duties) duty.start();
    },
    async stop() {
      stopping.abort(new Error("stopping"));
      const ends = [parts.shardConsumer.stop("drain"), listing.stop(), ...duties.map((duty) => duty.stop())];
      await waitFor(Promise.all(ends), parts.clock);
      await stores.close();
    },
    async obstacles() {
      const found = await Promise.all([fleetTrouble(), journalTrouble(parts.journal)]);
      return found.filter((obstacle) => obstacle !== undefined);
    },
  };
}

interface Attendants {
  readonly ledger: Pick<DispatchLedger, "active">;
  readonly gauge: ReturnType<typeof createBacklogGauge>;
  readonly dispatcher: ReturnType<typeof createDispatcher>;
  readonly settler: ReturnType<typeof createSettler>;
}

/** One look at the jobs serves all who ask how they stand. */
function createAttendance({ ledger, gauge, dispatcher, settler }: Attendants) {
  return async (options: Signalled): Promise<"again" | "rest"> => {
    const jobs = await ledger.active();
    gauge.saw(jobs);
    settler(jobs, options);
    return await dispatcher(jobs);
  };
}

/** With Redis away nothing ends in order; what is left, another master finds in the ledger. */
async function waitFor(ended: Promise<unknown>, clock: Clock): Promise<void> {
  const enough = new AbortController();
  const tooLate = clock.sleep(stopWithinMs, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([ended, tooLate]).finally(() => enough.abort());
}

/** Finds what is wrong with the fleet, and logs it when it begins. */
function createObstacleWatch(settings: MasterSettings, log: Logger) {
  let known: string | undefined;
  return (workers: Parameters<typeof journalObstacle>[2]): string | undefined => {
    const obstacle = journalObstacle(settings.journal, settings.host, workers);
    if (obstacle !== undefined && obstacle !== known) log.error(obstacle);
    known = obstacle;
    return obstacle;
  };
}

async function journalTrouble(journal: Journal): Promise<string | undefined> {
  try {
    await journal.check({ signal: AbortSignal.timeout(5000) });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
