import { useEffect, useMemo } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { PastSpan } from "../calls/answers.ts";
import { bytesRate, moment, objectsRate } from "../format.ts";
import { html } from "../html.ts";
import { type Curve, curveOf, joined, lastOf, type Mark, pastCurve } from "../live/history.ts";
import { followPast, past } from "../live/past.ts";
import { progress } from "../live/progress-book.ts";
import { ThroughputChart } from "../parts/chart.ts";
import type { JobProperties } from "./job-properties.ts";

const spans = [
  { name: "5 min", seconds: 300 },
  { name: "1 h", seconds: 3600 },
  { name: "24 h", seconds: 86_400 },
  { name: "all", seconds: Infinity },
] as const;

const nothing: readonly Mark[] = [];
const noPast: readonly PastSpan[] = [];
/** A table longer than this is read by nobody. */
const mostRows = 12;

/** Bytes and objects per second: what the API keeps of the past, and what the page sees itself. */
export function JobThroughput({ job, stats }: JobProperties) {
  const span = useSignal<(typeof spans)[number]>(spans[1]);
  const marks = progress.value.get(job.id) ?? nothing;
  const before = past.value.get(job.id) ?? noPast;
  const curve = useMemo(
    () => lastOf(joined(pastCurve(before, job.createdAt), curveOf(marks)), span.value.seconds),
    [before, job.createdAt, marks, span.value],
  );
  useEffect(() => followPast(job.id), [job.id]);
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
    <${ThroughputChart} curve=${curve} caption=${captionOf(stats)} />
    <${RateTable} curve=${curve} />
  </section>`;
}

function captionOf({ rate }: JobProperties["stats"]): string {
  return `${bytesRate(rate.bytesPerSecond)} and ${objectsRate(rate.objectsPerSecond)} over the last minute.`;
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
                <th scope="row">${moment(new Date(1000 * (curve.seconds[index] ?? 0)).toISOString(), new Date())}</th>
                <td class="number" data-label="Bytes">${bytesRate(curve.bytesPerSecond[index] ?? 0)}</td>
                <td class="number" data-label="Objects">${objectsRate(curve.objectsPerSecond[index] ?? 0)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
