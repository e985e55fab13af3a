import type { JobCounts, JobRecord } from "@causeway/shared/domain/job.ts";
import { type JobStats, statsOf } from "@causeway/shared/domain/stats.ts";
import type { FailurePage } from "@causeway/shared/ports/settle-ledger.ts";
import type { ApiPorts } from "../api-ports.ts";
import { wrapCursor } from "../http/cursor.ts";
import { failureView } from "../http/failure-view.ts";
import { type JobView, jobView } from "../http/job-view.ts";
import type { Feed } from "./feed.ts";
import type { StreamEvent } from "./frame.ts";
import { standsStill } from "./stands-still.ts";
import { markOf, type Position, positionId, readPosition } from "./position.ts";

type FeedPorts = Pick<ApiPorts, "jobs" | "failures">;

/** An event tells of at most this many failed objects; the rest is behind its `nextCursor`. */
const mostFailures = 100;
/** An event shows at most this many running tasks, the oldest first. */
const mostRunningTasks = 100;

interface Seen {
  readonly record: JobRecord;
  readonly state: JobView;
  readonly stats: JobStats;
  readonly at: Position;
}

/** One job's state, figures and failures. */
export function createJobFeed(ports: FeedPorts, jobId: string): Feed {
  let seen: Seen | undefined;

  const look = async (failures: string | null): Promise<Seen | undefined> => {
    const record = await ports.jobs.get(jobId);
    if (record === undefined) return undefined;
    if (seen !== undefined && standsStill(seen.record, record)) return { ...seen, at: { ...seen.at, failures } };
    const counts = await ports.jobs.counts(jobId);
    return counts === undefined ? undefined : seenOf(record, counts, failures);
  };

  return {
    async poll() {
      if (seen === undefined) {
        seen = await look(await ports.failures.end(jobId));
        return seen === undefined ? "over" : [];
      }
      const page = await failuresAfter(ports, jobId, seen.at.failures);
      // What does not fit into one event is behind its cursor; the next event tells of what fails from now on.
      const now = await look(page.next === null ? page.end : await ports.failures.end(jobId));
      if (now === undefined) return "over";
      const news = newsBetween(seen.at, now, page);
      seen = now;
      return news;
    },

    async missedSince(lastEventId) {
      seen ??= await look(await ports.failures.end(jobId));
      if (seen === undefined) return [];
      const from = readPosition(lastEventId);
      const isUpToDate = from.failures === seen.at.failures;
      const page = isUpToDate ? nothing : await failuresAfter(ports, jobId, from.failures);
      return newsBetween(from, seen, page);
    },
  };
}

function seenOf(record: JobRecord, counts: JobCounts, failures: string | null): Seen {
  const state = jobView(record, counts.tally.failedObjects);
  const whole = statsOf(record, counts);
  const oldest = whole.runningTasksProgress.slice(0, mostRunningTasks);
  const stats = { ...whole, runningTasksProgress: oldest };
  return {
    record,
    state,
    stats,
    at: { state: markOf(JSON.stringify(state)), stats: markOf(JSON.stringify(stats)), failures },
  };
}

const nothing: Pick<FailurePage, "items" | "next"> = { items: [], next: null };

function failuresAfter(ports: FeedPorts, jobId: string, after: string | null): Promise<FailurePage> {
  return ports.failures.list(jobId, { code: undefined, after, limit: mostFailures });
}

/** Each event's id says where a reader stands once it has read that far. */
function newsBetween(from: Position, to: Seen, page: Pick<FailurePage, "items" | "next">): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  let at = from;
  if (from.state !== to.at.state) {
    at = { ...at, state: to.at.state };
    events.push({ event: "state", data: to.state, id: positionId(at) });
  }
  if (from.stats !== to.at.stats) {
    at = { ...at, stats: to.at.stats };
    events.push({ event: "stats", data: to.stats, id: positionId(at) });
  }
  if (page.items.length > 0) {
    const items = page.items.map(failureView);
    events.push({
      event: "failures",
      data: { items, nextCursor: wrapCursor("failures", page.next) },
      id: positionId(to.at),
    });
  }
  return events;
}
