import { signal } from "@preact/signals";
import { type Job, jobShape, type Stats, statsShape } from "../calls/answers.ts";
import { path } from "../calls/call.ts";
import { ask, signOut } from "../session.ts";
import { isLedgerReachable } from "./fleet.ts";
import { follow, type Link } from "./follow.ts";
import { forgetCloseness, noteProgressClosely } from "./progress-book.ts";

/** What is known of the job that is looked at. */
export type Followed =
  | { readonly state: "opening" }
  | { readonly state: "known"; readonly job: Job; readonly stats: Stats; readonly link: Link }
  /** There is no such job, or not any more; the API says so. */
  | { readonly state: "missing"; readonly sentence: string };

export const followed = signal<Followed>({ state: "opening" });

/** A job that stands still is noted all the same, so that its curve falls to nothing. */
const noteEveryMs = 2000;

/** Follows one job, by id or name; answers how to stop. */
export function followJob(key: string, idOrName: string): () => void {
  const stop = new AbortController();
  const known: { job?: Job; stats?: Stats; link: Link } = { link: "opening" };
  const tell = (): void => {
    const { job, stats, link } = known;
    if (job !== undefined && stats !== undefined) followed.value = { state: "known", job, stats, link };
  };
  const take = (job: Job | undefined, stats: Stats | undefined): void => {
    if (job !== undefined) known.job = job;
    if (stats !== undefined) known.stats = stats;
    note();
    tell();
  };
  const note = (): void => {
    if (known.job !== undefined && known.stats !== undefined) noteProgressClosely(known.job.id, known.stats);
  };
  const timer = setInterval(() => {
    if (known.job?.endedAt === null) note();
  }, noteEveryMs);

  followed.value = { state: "opening" };
  void follow(
    key,
    {
      path: path`/jobs/${idOrName}/events`,
      onEvent(event, data) {
        if (event === "state") take(jobShape(data), undefined);
        if (event === "stats") take(undefined, statsShape(data));
        if (event === "ledger") isLedgerReachable.value = !/false/.test(JSON.stringify(data));
        if (event === "deleted") followed.value = { state: "missing", sentence: "The job was deleted." };
      },
      async poll() {
        const [job, stats] = await Promise.all([
          ask(jobShape, { path: path`/jobs/${idOrName}` }),
          ask(statsShape, { path: path`/jobs/${idOrName}/stats` }),
        ]);
        if (stop.signal.aborted) return;
        take(job.answer === "ok" ? job.value : undefined, stats.answer === "ok" ? stats.value : undefined);
      },
      onLink(now) {
        known.link = now;
        tell();
      },
      onRefused(status, sentence) {
        if (status === 401) signOut(sentence);
        followed.value = { state: "missing", sentence };
      },
    },
    stop.signal,
  );
  return () => {
    stop.abort();
    clearInterval(timer);
    if (known.job !== undefined) forgetCloseness(known.job.id);
  };
}
