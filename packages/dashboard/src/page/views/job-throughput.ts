import { useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { bytesRate, moment, objectsRate } from "../format.ts";
import { html } from "../html.ts";
import { type Curve, curveOf, type Mark, since } from "../live/history.ts";
import { progress } from "../live/progress-book.ts";
import { ThroughputChart } from "../parts/chart.ts";
import type { JobProperties } from "./job-properties.ts";

const spans = [
  { name: "5 min", ms: 300_000 },
  { name: "1 h", ms: 3_600_000 },
  { name: "all", ms: Infinity },
] as const;

const nothing: readonly Mark[] = [];
/** A table longer than this is read by nobody. */
const mostRows = 12;

/** Bytes and objects per second since the page was opened, and the mean of the time before. */
export function JobThroughput({ job, stats }: JobProperties) {
  const span = useSignal<(typeof spans)[number]>(spans[0]);
  const marks = progress.value.get(job.id) ?? nothing;
  const curve = useMemo(() => curveOf(since(marks, span.value.ms)), [marks, span.value]);
  return html`<section class="card" aria-label="Throughput">
    <div class="section-head">
      <h2>Throughput</h2>
      <div class="choices" role="group" aria-label="Over which time">
        ${spans.map(
          (choice) =>
            html`<button
              type="button"
              key=${choice.name}
              aria-pressed=${span.value === choice}
              onClick=${() => {
                span.value = choice;
              }}
            >
              ${choice.name}
            </button>`,
        )}
      </div>
    </div>
    <${ThroughputChart} curve=${curve} caption=${captionOf(job, stats, marks)} />
    <${RateTable} curve=${curve} />
  </section>`;
}

/** What the chart says, and what was before it. */
function captionOf(job: JobProperties["job"], stats: JobProperties["stats"], marks: readonly Mark[]): string {
  const now = `${bytesRate(stats.rate.bytesPerSecond)} and ${objectsRate(stats.rate.objectsPerSecond)} over the last minute.`;
  const first = marks[0];
  const beforeSeconds = first === undefined ? 0 : (first.atMs - Date.parse(job.createdAt)) / 1000;
  if (first === undefined || beforeSeconds < 5 || first.bytes === 0 || job.endedAt !== null) return now;
  const mean = `${bytesRate(first.bytes / beforeSeconds)} and ${objectsRate(first.objects / beforeSeconds)}`;
  return `${now} Before this page was opened, ${mean} on average since ${moment(job.createdAt, new Date())}.`;
}

/** The curve in figures, for those who do not see it. */
function RateTable({ curve }: { readonly curve: Curve }) {
  const step = Math.max(1, Math.ceil(curve.seconds.length / mostRows));
  const rows = curve.seconds
    .map((_, index) => index)
    .filter((index) => (curve.seconds.length - 1 - index) % step === 0);
  return html`<details class="more">
    <summary>As a table</summary>
    <div class="table">
      <table>
        <caption class="unseen">
          Throughput over time
        </caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" class="number">Bytes</th>
            <th scope="col" class="number">Objects</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (index) =>
              html`<tr key=${curve.seconds[index]}>
                <th scope="row">${new Date(1000 * (curve.seconds[index] ?? 0)).toLocaleTimeString("en-GB")}</th>
                <td class="number" data-label="Bytes">${bytesRate(curve.bytesPerSecond[index] ?? 0)}</td>
                <td class="number" data-label="Objects">${objectsRate(curve.objectsPerSecond[index] ?? 0)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
