import { computed, signal } from "@preact/signals";
import {
  goneShape,
  type JobSummary,
  jobShape,
  ledgerShape,
  pageOf,
  statsShape,
  summariesShape,
  type Worker,
  workersShape,
} from "../calls/answers.ts";
import { path } from "../calls/call.ts";
import { ask, session, signOut } from "../session.ts";
import { follow, type Link } from "./follow.ts";
import { noteProgress } from "./progress-book.ts";
import { summaryOf } from "./summary.ts";

/** All jobs and workers, kept up to date for as long as the page is open. */

const jobsById = signal<ReadonlyMap<string, JobSummary>>(new Map());
export const jobs = computed(() => [...jobsById.value.values()].toSorted(newestFirst));
export const workers = signal<readonly Worker[]>([]);
export const link = signal<Link>("opening");
/** False while Redis does not answer the API: what is shown is what was last known. */
export const isLedgerReachable = signal(true);
/** Whether the list of jobs has been told once. */
export const isFleetKnown = signal(false);

/** Follows until the session ends. Answers how to stop. */
export function followFleet(key: string): () => void {
  const stop = new AbortController();
  const source = {
    path: "/events",
    onEvent,
    poll: pollFleet,
    onLink: (now: Link) => {
      link.value = now;
    },
    onRefused: (_status: number, sentence: string) => signOut(sentence),
  };
  void follow(key, source, stop.signal);
  return () => {
    stop.abort();
    jobsById.value = new Map();
    workers.value = [];
    isFleetKnown.value = false;
  };
}

/** Shows a change at once that this page has made itself. */
export function noteJob(id: string, state: JobSummary["state"]): void {
  const known = jobsById.value.get(id);
  if (known !== undefined) jobsById.value = new Map(jobsById.value).set(id, { ...known, state });
}

function onEvent(event: string, data: unknown): void {
  if (event === "jobs") takeJobs(summariesShape(data)?.items, new Map());
  if (event === "changed") takeJobs(summariesShape(data)?.items, new Map(jobsById.value));
  if (event === "gone") takeAway(goneShape(data)?.ids ?? []);
  if (event === "workers") workers.value = workersShape(data)?.items ?? workers.value;
  if (event === "ledger") isLedgerReachable.value = ledgerShape(data)?.reachable ?? true;
}

function takeJobs(items: readonly JobSummary[] | undefined, into: Map<string, JobSummary>): void {
  if (items === undefined) return;
  for (const summary of items) {
    into.set(summary.id, summary);
    noteProgress(summary.id, summary);
  }
  jobsById.value = into;
  isFleetKnown.value = true;
}

function takeAway(ids: readonly string[]): void {
  const left = new Map(jobsById.value);
  for (const id of ids) left.delete(id);
  jobsById.value = left;
}

/** While the stream is cut off: the newest jobs, with fresh figures for those that go on. */
async function pollFleet(): Promise<void> {
  if (session.value.state !== "signed-in") return;
  const listed = await ask(pageOf(jobShape), { path: "/jobs?limit=50" });
  if (listed.answer !== "ok") return;
  const summaries = await Promise.all(
    listed.value.items.map(async (job) => {
      const known = jobsById.value.get(job.id);
      if (known !== undefined && known.endedAt !== null && known.endedAt === job.endedAt) return known;
      const stats = await ask(statsShape, { path: path`/jobs/${job.id}/stats` });
      return stats.answer === "ok" ? summaryOf(job, stats.value) : known;
    }),
  );
  const older = [...jobsById.value.values()].filter(({ id }) => !listed.value.items.some((job) => job.id === id));
  const kept = listed.value.nextCursor === null ? [] : older;
  takeJobs([...summaries.filter((summary) => summary !== undefined), ...kept], new Map());
  const present = await ask(workersShape, { path: "/workers" });
  if (present.answer === "ok") workers.value = present.value.items;
}

function newestFirst(one: JobSummary, other: JobSummary): number {
  return other.createdAt.localeCompare(one.createdAt) || one.jobName.localeCompare(other.jobName);
}
