import { areCredentialsRefused } from "@causeway/shared/domain/credentials-refused.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { reasonOf } from "@causeway/shared/domain/reason.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { ObjectSource, Signalled } from "@causeway/shared/ports/object-source.ts";
import type { PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import type { Handled, Hold, ShardPointer } from "@causeway/shared/ports/task-queue.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { BacklogGauge } from "./backlog-gauge.ts";
import { checkJob, type OpenedStores } from "./check-job.ts";
import type { JobStores } from "./job-stores.ts";
import { listShard } from "./list-shard.ts";
import type { ListingBoard } from "./listing-board.ts";
import type { ListingPaces } from "./listing-pace.ts";
import { outageMs, patiently } from "./patience.ts";
import { tellTrouble } from "./tell-trouble.ts";

export interface ListerParts {
  readonly jobs: JobLedger;
  readonly plans: PlanLedger;
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

const deadlineMs = 60_000;
/** Where jobs wait for a free lister, each is listed this many pages in turn. */
const pagesPerTurn = 20;

/** Lists the shards that the queue hands out: checks the job before its first page, then plans from the cursor on. */
export function createLister(parts: ListerParts): (pointer: ShardPointer, hold: Hold) => Promise<Handled> {
  const checked = new Set<string>();

  async function list(job: JobRecord, pointer: ShardPointer, stores: OpenedStores, hold: Hold): Promise<void> {
    // It was put on the queue while there was room, and others were faster: the dispatcher hands it out again.
    if (!(await parts.gauge.hasRoom(job.id))) return;
    const options = { signal: AbortSignal.any([hold.signal, parts.stopping]) };
    const revision = revisionOf(job);
    if (!checked.has(revision)) {
      await checkJob(
        job.spec,
        stores,
        { clock: parts.clock, job: (await hasBegun(job, parts)) ? "begun" : "new" },
        options,
      );
    }
    checked.add(revision);
    let pages = 0;
    const { jobId, shardId } = pointer;
    const { prefix } = job.spec.source;
    const source = patientSource(parts.paces.paced(jobId, stores.source), parts.clock);
    const entered = parts.board.enter({ jobId, shardId, prefix, source });
    const end = await listShard(
      {
        jobId,
        shardId,
        prefix,
        limits: { ...job.spec.tasks, spreadThreshold: job.spec.largeObjects.spreadThreshold },
        source,
        watch: entered,
        plans: parts.plans,
        newId: parts.newId,
        async mayGoOn() {
          pages += 1;
          if (pages >= pagesPerTurn && parts.board.mustYield(shardId, parts.gauge.listing())) return false;
          return (await parts.gauge.hasRoom(job.id)) && !parts.gauge.isChanged(job.id, job.revision);
        },
        onPlanned({ tasks, objects }) {
          parts.gauge.planned(jobId, tasks);
          parts.meter.count("migration_listed_objects_total", {}, objects);
          parts.onChange();
        },
      },
      options,
    ).finally(() => entered.leave());
    if (end === "finished") parts.log.info({ jobId: job.id, shardId: pointer.shardId }, "shard is listed");
    parts.onChange();
  }

  return async (pointer, hold) => {
    let job = await parts.jobs.get(pointer.jobId);
    while (job?.state === "running") {
      const now = job;
      await parts.stores
        .use(now, (stores) => list(now, pointer, stores, hold))
        .catch((thrown: unknown) => {
          const worked = checked.has(revisionOf(now)) ? "checked" : "unchecked";
          return judge(thrown, now, { pointer, hold, worked }, parts);
        });
      const present = await parts.jobs.get(pointer.jobId);
      // With other credentials or limits the shard goes on at once.
      job = present?.revision === job.revision ? undefined : present;
    }
    return "done";
  };
}

interface Held {
  readonly pointer: ShardPointer;
  readonly hold: Hold;
  /** Whether the job's stores answered this process with these very credentials before. */
  readonly worked: "checked" | "unchecked";
}

function revisionOf({ id, revision }: JobRecord): string {
  return `${id}/${revision}`;
}

/** Throws on what another turn may get over; a refusal of a store pauses the job or ends its listing. */
async function judge(
  thrown: unknown,
  job: JobRecord,
  { pointer, hold, worked }: Held,
  parts: ListerParts,
): Promise<void> {
  if (hold.signal.aborted || parts.stopping.aborted) throw thrown;
  if (!(thrown instanceof Fault)) {
    parts.log.error({ jobId: job.id, shardId: pointer.shardId, err: thrown }, "the listing broke off; it is resumed");
    await tellTrouble(job.id, thrown, parts);
    throw thrown;
  }
  const haveWorked = worked === "checked" || (await hasBegun(job, parts));
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

/** A source whose pages are asked for until they come; what may pass is waited for. */
export function patientSource(source: Pick<ObjectSource, "listPage">, clock: Clock): Pick<ObjectSource, "listPage"> {
  const patience = {
    clock,
    patienceMs: outageMs,
    throttling: "without-end",
    deadlineMs,
    unanswered: "SOURCE_UNREACHABLE",
  } as const;
  return {
    listPage: (request, options: Signalled) => patiently((tried) => source.listPage(request, tried), patience, options),
  };
}
