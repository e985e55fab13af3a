import { computed, useSignal } from "@preact/signals";
import type { JobSummary } from "../calls/answers.ts";
import { bytes, bytesRate, count, duration, moment, objectsRate, percent } from "../format.ts";
import { html } from "../html.ts";
import { isFleetKnown, jobs, workers } from "../live/fleet.ts";
import { ProgressBar } from "../parts/progress-bar.ts";
import { StateBadge } from "../parts/state-badge.ts";
import { addressOf } from "../route.ts";
import { mayOperate } from "../session.ts";

const groups = ["all", "active", "ended", "with failures"] as const;
type Group = (typeof groups)[number];

const totals = computed(() => {
  const going = jobs.value.filter(({ endedAt }) => endedAt === null);
  return {
    going: going.length,
    bytesPerSecond: going.reduce((sum, { rate }) => sum + rate.bytesPerSecond, 0),
    objectsPerSecond: going.reduce((sum, { rate }) => sum + rate.objectsPerSecond, 0),
    failed: going.reduce((sum, { objects }) => sum + objects.failed, 0),
  };
});

/** Every job, the newest first. */
export function JobsView() {
  const group = useSignal<Group>("all");
  const words = useSignal("");
  const shown = jobs.value.filter((job) => belongs(job, group.value) && isAbout(job, words.value));
  return html`<h1>Jobs</h1>
    <${Totals} />
    <div class="filters">
      <input
        type="search"
        aria-label="Find jobs by name or bucket"
        placeholder="Find by name or bucket"
        value=${words.value}
        onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
          words.value = currentTarget.value;
        }}
      />
      <div class="choices" role="group" aria-label="Which jobs">
        ${groups.map(
          (name) =>
            html`<button
              type="button"
              key=${name}
              aria-pressed=${group.value === name}
              onClick=${() => {
                group.value = name;
              }}
            >
              ${name} <span class="pill">${jobs.value.filter((job) => belongs(job, name)).length}</span>
            </button>`,
        )}
      </div>
    </div>
    ${shown.length > 0 ? html`<${JobTable} shown=${shown} />` : html`<${Nothing} />`}`;
}

function Totals() {
  const { going, bytesPerSecond, objectsPerSecond, failed } = totals.value;
  return html`<dl class="figures">
    <div>
      <dt>Active jobs</dt>
      <dd>${count(going)}</dd>
    </div>
    <div>
      <dt>Throughput</dt>
      <dd>${bytesRate(bytesPerSecond)}</dd>
    </div>
    <div>
      <dt>Objects</dt>
      <dd>${objectsRate(objectsPerSecond)}</dd>
    </div>
    <div>
      <dt>Failed so far</dt>
      <dd class=${failed > 0 ? "bad" : ""}>${count(failed)}</dd>
    </div>
    <div>
      <dt>Worker processes</dt>
      <dd>${count(workers.value.length)}</dd>
    </div>
  </dl>`;
}

function JobTable({ shown }: { readonly shown: readonly JobSummary[] }) {
  return html`<div class="table">
    <table>
      <caption class="unseen">
        Jobs, the newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col">Progress</th>
          <th scope="col" class="number">Objects</th>
          <th scope="col" class="number">Bytes</th>
          <th scope="col" class="number">Rate</th>
          <th scope="col" class="number">Time left</th>
          <th scope="col" class="number">Failed</th>
          <th scope="col">Begun</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((job) => html`<${JobRow} key=${job.id} job=${job} />`)}
      </tbody>
    </table>
  </div>`;
}

function JobRow({ job }: { readonly job: JobSummary }) {
  const { objects, bytes: sizes, rate } = job;
  const settled = objects.copied + objects.skipped + objects.failed;
  const isGoing = job.state === "running" || job.state === "settling";
  return html`<tr>
    <th scope="row">
      <a href=${addressOf({ view: "job", id: job.id })}>${job.jobName}</a>
      <small class="route" title=${`${job.source} → ${job.target}`}>${job.source} → ${job.target}</small>
    </th>
    <td data-label="State"><${StateBadge} job=${job} /></td>
    <td data-label="Progress" class="wide">
      <${ProgressBar} stats=${job} underWay=${0} size="line" />
      <small>${percent(settled, objects.listed)}${job.scanFinished ? "" : " of what is listed so far"}</small>
    </td>
    <td data-label="Objects" class="number">${count(settled)}<small>of ${count(objects.listed)}</small></td>
    <td data-label="Bytes" class="number">
      ${bytes(sizes.copied + sizes.skipped)}<small>of ${bytes(sizes.listed)}</small>
    </td>
    <td data-label="Rate" class="number">
      ${isGoing ? html`${bytesRate(rate.bytesPerSecond)}<small>${objectsRate(rate.objectsPerSecond)}</small>` : "–"}
    </td>
    <td data-label="Time left" class="number">${rate.etaSeconds === null ? "–" : duration(rate.etaSeconds)}</td>
    <td data-label="Failed" class=${`number${objects.failed > 0 ? " bad" : ""}`}>${count(objects.failed)}</td>
    <td data-label="Begun">${moment(job.createdAt, new Date())}</td>
  </tr>`;
}

function Nothing() {
  if (!isFleetKnown.value) return html`<p class="empty">Asking the API…</p>`;
  if (jobs.value.length > 0) return html`<p class="empty">No job is like that.</p>`;
  return html`<p class="empty">
    There is no job yet.
    ${mayOperate.value ? html` <a href=${addressOf({ view: "submit" })}>Submit the first one.</a>` : null}
  </p>`;
}

function belongs(job: JobSummary, group: Group): boolean {
  switch (group) {
    case "all":
      return true;
    case "active":
      return job.endedAt === null;
    case "ended":
      return job.endedAt !== null;
    case "with failures":
      return job.objects.failed > 0;
    default:
      return group satisfies never;
  }
}

function isAbout(job: JobSummary, words: string): boolean {
  const place = `${job.jobName} ${job.source} ${job.target}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => place.includes(word));
}
