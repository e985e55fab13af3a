import type { KeySpan } from "@causeway/shared/domain/bisect.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { DispatchLedger } from "@causeway/shared/ports/dispatch-ledger.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { BacklogGauge } from "./backlog-gauge.ts";
import { isListing } from "./backlog-gauge.ts";
import type { JobStores } from "./job-stores.ts";
import { probedSource } from "./patient-source.ts";
import type { ShardSight } from "./shard-sight.ts";
import type { ListingPaces } from "./listing-pace.ts";
import { type SplitParts, splitShard } from "./split-shards.ts";

export interface ElsewhereParts extends SplitParts {
  readonly ledger: Pick<DispatchLedger, "active">;
  readonly jobs: Pick<JobLedger, "get">;
  readonly stores: Pick<JobStores, "use">;
  readonly gauge: Pick<BacklogGauge, "hasRoom">;
  readonly paces: ListingPaces;
  readonly clock: Clock;
}

/** A page of so many keys shows what the shard's keys look like. */
const sampleKeys = 1000;
const keptOfSample = 32;

/**
 * Gives a master that lists nothing a share of what others list: cuts one of their shards in two. Which one has the most left
 * only its lister knows, so each time another is tried, by chance.
 */
export function createSplitElsewhere(parts: ElsewhereParts): (wanted: number, options: Signalled) => Promise<void> {
  async function splitOne(jobId: string, wanted: number, options: Signalled): Promise<boolean> {
    const job = await parts.jobs.get(jobId);
    if (job?.state !== "running" || !(await parts.gauge.hasRoom(jobId))) return false;
    // A job of which nothing is planned is being checked by its first lister: whether its stores work at all is not known yet.
    const begun = (await parts.plans.shards(jobId)).filter(({ after, cursor }) => (cursor ?? after) !== undefined);
    const shard = begun[Math.floor(Math.random() * begun.length)];
    if (shard === undefined) return false;
    return await parts.stores.use(job, async ({ source }) => {
      const probed = probedSource(parts.paces.paced(jobId, source), parts.clock);
      const sight = await look(shard, { jobId, prefix: job.spec.source.prefix, source: probed }, options);
      if (sight === undefined) return false;
      return (await splitShard(sight, Math.min(wanted, parts.paces.bears(jobId)), parts, options)) > 0;
    });
  }

  return async (wanted, options) => {
    for (const { jobId } of (await parts.ledger.active()).filter(isListing)) {
      if (await splitOne(jobId, wanted, options)) return;
    }
  };
}

/** Undefined: a page or less is left, which is not worth a split. */
async function look(
  { id, after, cursor, before }: Shard,
  { jobId, prefix, source }: Pick<ShardSight, "jobId" | "source"> & { readonly prefix: string },
  options: Signalled,
): Promise<ShardSight | undefined> {
  const from = cursor ?? after;
  const page = await source.listPage({ after: from, prefix, limit: sampleKeys }, options);
  if (!page.more) return undefined;
  const step = Math.ceil(page.objects.length / keptOfSample);
  let seen = page.objects.filter((_, at) => at % step === 0).map(({ key }) => key);
  let span: KeySpan = { after: page.last ?? from, before, prefix };
  return {
    jobId,
    shardId: id,
    source,
    get span() {
      return span;
    },
    get seen() {
      return seen;
    },
    found(key) {
      seen = [...seen, key];
    },
    foundNothingBehind(key) {
      span = { ...span, before: key };
    },
    left: () => Number.POSITIVE_INFINITY,
    isListed: () => true,
    cutAt: () => undefined,
  };
}
