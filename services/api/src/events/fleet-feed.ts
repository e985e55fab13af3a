import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { ApiPorts } from "../api-ports.ts";
import { jobSummary, type JobSummary } from "../http/job-summary.ts";
import { type WorkerView, workerView } from "../http/worker-view.ts";
import type { Feed } from "./feed.ts";
import type { StreamEvent } from "./frame.ts";
import { standsStill } from "./stands-still.ts";

type FleetPorts = Pick<ApiPorts, "jobs" | "active" | "workers">;

/** The list holds this many jobs, the newest ones, and every active one besides. */
const mostJobs = 500;
const pageJobs = 50;
/** So many jobs are read at once: more would keep other callers of this process waiting while their answers are read. */
const jobsAtOnce = 20;
/** So many removed jobs are remembered for readers that come back. */
const mostRemoved = 1000;

/** What the reader's list shows, and since which look. */
interface Entry {
  readonly record: JobRecord;
  readonly summary: JobSummary;
  readonly text: string;
  readonly changedAt: number;
}

/** All jobs and all workers. `feedId` tells the ids of this feed's events from those of another process. */
export function createFleetFeed(ports: FleetPorts, feedId: string): Feed {
  let looks = 0;
  let jobs: ReadonlyMap<string, Entry> = new Map();
  let removed: readonly { readonly id: string; readonly at: number }[] = [];
  let workers = { items: [] as readonly WorkerView[], text: "[]", changedAt: 1 };

  const look = async (): Promise<void> => {
    const [records, present] = await Promise.all([listedJobs(ports), ports.workers.list()]);
    looks += 1;
    const now = await entriesOf(ports, records, { jobs, look: looks });
    const gone = [...jobs.keys()].filter((id) => !now.has(id)).map((id) => ({ id, at: looks }));
    removed = [...removed, ...gone].slice(-mostRemoved);
    jobs = now;
    const items = present.map(workerView);
    const text = JSON.stringify(items);
    if (text !== workers.text) workers = { items, text, changedAt: looks };
  };
  const id = (): string => `${feedId}.${looks}`;
  const changesSince = (since: number): readonly StreamEvent[] => {
    const changed = [...jobs.values()].filter(({ changedAt }) => changedAt > since).map(({ summary }) => summary);
    const gone = removed.filter(({ at }) => at > since).map((job) => job.id);
    return [
      ...(changed.length === 0 ? [] : [{ event: "changed", data: { items: changed }, id: id() }]),
      ...(gone.length === 0 ? [] : [{ event: "gone", data: { ids: gone }, id: id() }]),
      ...(workers.changedAt > since ? [workersEvent()] : []),
    ];
  };
  /** The same for all who begin at this look: after a restart of the service many come at once. */
  let whole: { readonly look: number; readonly events: readonly StreamEvent[] } | undefined;
  const wholeEvents = (): readonly StreamEvent[] => {
    const items = [...jobs.values()].map(({ summary }) => summary);
    return [{ event: "jobs", data: { items }, id: id() }, workersEvent()];
  };
  const workersEvent = (): StreamEvent => ({ event: "workers", data: { items: workers.items }, id: id() });

  return {
    async poll() {
      const before = looks;
      await look();
      return changesSince(before);
    },

    async missedSince(lastEventId) {
      if (looks === 0) await look();
      const since = lookOf(lastEventId, feedId);
      const isRemembered =
        since !== undefined && since <= looks && (removed.length < mostRemoved || (removed[0]?.at ?? 0) <= since);
      if (isRemembered) return changesSince(since);
      if (whole?.look !== looks) whole = { look: looks, events: wholeEvents() };
      return whole.events;
    },
  };
}

/** What the jobs' entries are at this look; `jobs` are those of the look before. */
async function entriesOf(
  ports: FleetPorts,
  records: readonly JobRecord[],
  { jobs, look }: { readonly jobs: ReadonlyMap<string, Entry>; readonly look: number },
): Promise<ReadonlyMap<string, Entry>> {
  const entryOf = async (record: JobRecord): Promise<Entry | undefined> => {
    const before = jobs.get(record.id);
    if (before !== undefined && standsStill(before.record, record)) return before;
    const figures = await ports.jobs.figures(record.id);
    if (figures === undefined) return undefined;
    const summary = jobSummary(record, figures);
    const text = JSON.stringify(summary);
    return { record, summary, text, changedAt: before?.text === text ? before.changedAt : look };
  };
  const now = new Map<string, Entry>();
  for (let at = 0; at < records.length; at += jobsAtOnce) {
    const entries = await Promise.all(records.slice(at, at + jobsAtOnce).map(entryOf));
    for (const entry of entries) if (entry !== undefined) now.set(entry.record.id, entry);
  }
  return now;
}

function lookOf(eventId: string | undefined, feedId: string): number | undefined {
  const look = eventId?.startsWith(`${feedId}.`) === true ? eventId.slice(feedId.length + 1) : "";
  return /^\d{1,12}$/.test(look) ? Number(look) : undefined;
}

/** Newest first. */
async function listedJobs(ports: FleetPorts): Promise<readonly JobRecord[]> {
  const records: JobRecord[] = [];
  let after: string | null = null;
  do {
    const page = await ports.jobs.list({ after, limit: pageJobs });
    records.push(...page.jobs);
    after = page.next;
  } while (after !== null && records.length < mostJobs);
  if (after === null) return records;
  const listed = new Set(records.map(({ id }) => id));
  const older = (await ports.active.active()).filter(({ jobId }) => !listed.has(jobId));
  const found = await Promise.all(older.map(({ jobId }) => ports.jobs.get(jobId)));
  return [...records, ...found.filter((record) => record !== undefined)];
}
