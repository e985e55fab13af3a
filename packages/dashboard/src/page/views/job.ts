import { useEffect } from "preact/hooks";
import type { Job } from "../calls/answers.ts";
import { html } from "../html.ts";
import { followed, followJob } from "../live/one-job.ts";
import { addressOf } from "../route.ts";
import { JobActions } from "./job-actions.ts";
import { JobFacts } from "./job-facts.ts";
import { JobFailures } from "./job-failures.ts";
import { JobProgress } from "./job-progress.ts";
import type { JobProperties } from "./job-properties.ts";
import { JobShards } from "./job-shards.ts";
import { JobTasks } from "./job-tasks.ts";
import { JobThroughput } from "./job-throughput.ts";
import { StateBadge } from "../parts/state-badge.ts";

/** One job, followed for as long as it is looked at. `id` is its id or name. */
export function JobView({ sessionKey, id }: { readonly sessionKey: string; readonly id: string }) {
  useEffect(() => followJob(sessionKey, id), [sessionKey, id]);
  const now = followed.value;
  switch (now.state) {
    case "opening":
      return html`<p class="empty">Asking the API…</p>`;
    case "missing":
      return html`<p class="empty">${now.sentence} <a href=${addressOf({ view: "jobs" })}>See all jobs.</a></p>`;
    case "known":
      return html`<${KnownJob} job=${now.job} stats=${now.stats} />`;
    default:
      return now satisfies never;
  }
}

function KnownJob({ job, stats }: JobProperties) {
  return html`<article class="job" aria-labelledby="job-name">
    <header class="job-head">
      <div>
        <h1 id="job-name">${job.name}</h1>
        <p class="job-state" aria-live="polite">
          <${StateBadge} job=${{ state: job.state, jobState: stats.jobState }} />
        </p>
      </div>
      <${JobActions} job=${job} stats=${stats} />
    </header>
    <p class="route"><code>${placeOf("s3", job.source)}</code> → <code>${placeOf("oss", job.target)}</code></p>
    ${
      job.stateReason === null
        ? null
        : html`<p class="banner banner-bad" role="alert">
            <strong>${job.stateReason.code}</strong> ${job.stateReason.message}
          </p>`
    }
    <${JobProgress} job=${job} stats=${stats} />
    <${JobThroughput} job=${job} stats=${stats} />
    <div class="columns">
      <${JobTasks} job=${job} stats=${stats} />
      <${JobShards} job=${job} stats=${stats} />
    </div>
    <${JobFailures} job=${job} stats=${stats} />
    <${JobFacts} job=${job} />
  </article>`;
}

function placeOf(scheme: "s3" | "oss", { bucket, prefix }: Job["source"]): string {
  return `${scheme}://${bucket}/${prefix}`;
}
