import { areCredentialsRefused } from "@causeway/shared/domain/credentials-refused.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { reasonOf } from "@causeway/shared/domain/reason.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import type { SilenceLedger } from "@causeway/shared/ports/silence-ledger.ts";
import type { Handled, Hold, ShardPointer } from "@causeway/shared/ports/task-queue.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { BacklogGauge } from "./backlog-gauge.ts";
import { checkJob, type Checking, type OpenedStores } from "./check-job.ts";
import type { JobStores } from "./job-stores.ts";
import { listShard } from "./list-shard.ts";
import type { ListingBoard } from "./listing-board.ts";
import type { ListingPaces } from "./listing-pace.ts";
import { createListingTurn, type ListingTurn, turnIsOver } from "./listing-turn.ts";
import { patientSource, probedSource } from "./patient-source.ts";
import { tellSilence, tellTrouble } from "./tell-trouble.ts";

export interface ListerParts {
  readonly jobs: JobLedger;
  readonly plans: PlanLedger;
  readonly silences: SilenceLedger;
  readonly stores: JobStores;
  readonly gauge: BacklogGauge;
  readonly clock: Clock;
  readonly meter: Meter;
  readonly log: Logger;
  readonly newId: () => string;
  /** Tasks were planned or a listing ended: the dispatcher and the settler look at once. */
  onChange(): void;
  /** Shows idle listers what is listed here. */
  readonly board: ListingBoard;
  readonly paces: ListingPaces;
  /** Aborted when the master stops: a listing then ends, another master goes on at the last planned key. */
  readonly stopping: AbortSignal;
}

/** Lists the shards that the queue hands out: checks the job before its first page, then plans from the cursor on. */
export function createLister(parts: ListerParts): (pointer: ShardPointer, hold: Hold) => Promise<Handled> {
  const checks = createChecks(parts);

  async function list(job: JobRecord, pointer: ShardPointer, stores: OpenedStores, hold: Hold): Promise<void> {
    // It was put on the queue while there was room, and others were faster: the dispatcher hands it out again.
    if (!(await parts.gauge.hasRoom(job.id))) return;
    const options = { signal: AbortSignal.any([hold.signal, parts.stopping]) };
    const { jobId, shardId } = pointer;
    const { prefix } = job.spec.source;
    const source = parts.paces.paced(jobId, stores.source);
    const entered = parts.board.enter({ jobId, shardId, prefix, source: probedSource(source, parts.clock) });
    const turn = createListingTurn(job, shardId, parts);
    try {
      await checks.pass(job, stores, turn, options);
      const end = await listShard(
        {
          jobId,
          shardId,
          prefix,
          limits: { ...job.spec.tasks, spreadThreshold: job.spec.largeObjects.spreadThreshold },
          source: patientSource(source, { ...parts, watch: turn.watch.source }),
          watch: entered,
          plans: parts.plans,
          newId: parts.newId,
          mayGoOn: turn.mayGoOn,
          onPlanned({ tasks, objects }) {
            parts.gauge.planned(jobId, tasks);
            parts.meter.count("migration_listed_objects_total", {}, objects);
            parts.onChange();
          },
        },
        options,
      );
      if (end === "finished") parts.log.info({ jobId, shardId }, "shard is listed");
    } catch (thrown) {
      if (thrown !== turnIsOver) throw thrown;
    } finally {
      entered.leave();
    }
    parts.onChange();
  }

  return async (pointer, hold) => {
    let job = await parts.jobs.get(pointer.jobId);
    while (job?.state === "running") {
      const now = job;
      await parts.stores
        .use(now, (stores) => list(now, pointer, stores, hold))
        .catch((thrown: unknown) => judge(thrown, now, { pointer, hold, check: checks.of(now) }, parts));
      const present = await parts.jobs.get(pointer.jobId);
      // With other credentials or limits the shard goes on at once.
      job = present?.revision === job.revision ? undefined : present;
    }
    return "done";
  };
}

/** Whether the job's stores answered this process with these very credentials. */
type Check = "passed" | "open";

/** Checks each revision of a job once. */
function createChecks(parts: ListerParts) {
  const passed = new Set<string>();
  return {
    of: (job: JobRecord): Check => (passed.has(revisionOf(job)) ? "passed" : "open"),

    async pass(job: JobRecord, stores: OpenedStores, turn: ListingTurn, options: Signalled): Promise<void> {
      if (passed.has(revisionOf(job))) return;
      // A job that has begun can wait for its turn; a new one is to say soon whether it can work at all.
      const how = (await hasBegun(job, parts))
        ? ({ job: "begun", watch: turn.watch } as const)
        : ({ job: "new", watch: newsOfBoth(job.id, parts) } as const);
      await checkJob(job.spec, stores, { ...how, clock: parts.clock }, options);
      passed.add(revisionOf(job));
    },
  };
}

function newsOfBoth(jobId: string, parts: ListerParts): Checking["watch"] {
  return {
    source: tellSilence({ jobId, side: "source" }, parts),
    target: tellSilence({ jobId, side: "target" }, parts),
  };
}

function revisionOf({ id, revision }: JobRecord): string {
  return `${id}/${revision}`;
}

interface Held {
  readonly pointer: ShardPointer;
  readonly hold: Hold;
  readonly check: Check;
}

/** Throws on what another turn may get over; a refusal of a store pauses the job or ends its listing. */
async function judge(
  thrown: unknown,
  job: JobRecord,
  { pointer, hold, check }: Held,
  parts: ListerParts,
): Promise<void> {
  if (hold.signal.aborted || parts.stopping.aborted) throw thrown;
  if (!(thrown instanceof Fault)) {
    parts.log.error({ jobId: job.id, shardId: pointer.shardId, err: thrown }, "the listing broke off; it is resumed");
    await tellTrouble(job.id, thrown, parts);
    throw thrown;
  }
  const haveWorked = check === "passed" || (await hasBegun(job, parts));
  if (areCredentialsRefused(thrown) && haveWorked) await pause(job, thrown, parts);
  else await abandon(job, thrown, parts);
}

async function hasBegun({ id }: JobRecord, { jobs }: ListerParts): Promise<boolean> {
  return ((await jobs.figures(id))?.listedObjects ?? 0) > 0;
}

/** Credentials that worked before have expired or were changed: the listing goes on where it is once there are new ones. */
async function pause(job: JobRecord, fault: Fault, parts: ListerParts): Promise<void> {
  const answer = await parts.jobs.change(job.id, {
    change: "pause",
    reason: reasonOf(fault),
    atRevision: job.revision,
  });
  parts.log.warn({ jobId: job.id, code: fault.code, answer }, "a store refuses the job's credentials: the job pauses");
  parts.meter.count("migration_faults_total", { code: fault.code, kind: fault.kind });
}

async function abandon(job: JobRecord, fault: Fault, parts: ListerParts): Promise<void> {
  const abandoned = await parts.plans.abandonListing(job.id, reasonOf(fault), job.revision);
  // Not given up where the job has other credentials by now: it is listed with these.
  const level = abandoned === "abandoned" ? "error" : "warn";
  parts.log[level]({ jobId: job.id, code: fault.code, err: fault, answer: abandoned }, "the listing is refused");
  parts.meter.count("migration_faults_total", { code: fault.code, kind: fault.kind });
  parts.onChange();
}
