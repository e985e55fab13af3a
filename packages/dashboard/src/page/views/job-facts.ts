import type { LimitWindow } from "../calls/answers.ts";
import { bytesRate, moment } from "../format.ts";
import { html } from "../html.ts";
import type { JobProperties } from "./job-properties.ts";

/** What was asked for. */
export function JobFacts({ job }: Pick<JobProperties, "job">) {
  const { source, target, limits } = job;
  const facts: readonly (readonly [string, unknown])[] = [
    ["Id", html`<code>${job.id}</code>`],
    ["Source", html`<code>${source.endpoint}</code>, ${source.region}`],
    ["Target", html`<code>${target.endpoint}</code>, ${target.region}`],
    ["Overwrite", job.overwrite],
    ["Source proof", job.sourceProof],
    ["Weight", job.weight],
    ["Limits", limitsText(limits.bytesPerSecond, limits.requestsPerSecond)],
    ...limits.timetable.map((window): readonly [string, unknown] => [nameOf(window), windowText(window)]),
    ["Begun", moment(job.createdAt, new Date())],
    ["Ended", job.endedAt === null ? "not yet" : moment(job.endedAt, new Date())],
  ];
  return html`<section class="card" aria-labelledby="facts-title">
    <h2 id="facts-title">The job</h2>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<div key=${name}>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

function limitsText(bytesPerSecond: number, requestsPerSecond: number): string {
  const size = bytesPerSecond === 0 ? "no limit of bytes" : bytesRate(bytesPerSecond);
  const requests = requestsPerSecond === 0 ? "no limit of requests" : `${requestsPerSecond} requests/s`;
  return `${size}, ${requests}`;
}

function nameOf({ days, from, to }: LimitWindow): string {
  return `${days} ${from}–${to}`;
}

function windowText({ bytesPerSecond, requestsPerSecond, timezone }: LimitWindow): string {
  const parts = [
    bytesPerSecond === null ? undefined : bytesPerSecond === 0 ? "no limit of bytes" : bytesRate(bytesPerSecond),
    requestsPerSecond === null
      ? undefined
      : requestsPerSecond === 0
        ? "no limit of requests"
        : `${requestsPerSecond} requests/s`,
  ];
  return `${parts.filter((part) => part !== undefined).join(", ")} (${timezone})`;
}
