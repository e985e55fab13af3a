import { bytes, bytesRate, count, duration, objectsRate, percent } from "../format.ts";
import { html } from "../html.ts";
import { underWayOf } from "../live/under-way.ts";
import { ProgressBar } from "../parts/progress-bar.ts";
import type { JobProperties } from "./job-properties.ts";

/** How far the job is, in figures. */
export function JobProgress({ job, stats }: JobProperties) {
  const { objects, bytes: sizes, rate } = stats;
  const underWay = underWayOf(stats);
  const settled = objects.copied + objects.skipped + objects.failed + underWay.objects;
  const endMs = job.endedAt === null ? Date.now() : Date.parse(job.endedAt);
  return html`<section class="card" aria-label="Progress">
    <div class="progress-line">
      <strong>${percent(settled, objects.listed)}</strong>
      <span class="quiet"
        >${stats.scanFinished ? "of all objects" : "of the objects listed so far; the listing goes on"}</span
      >
    </div>
    <${ProgressBar} stats=${stats} underWay=${underWay.objects} size="large" />
    <ul class="legend">
      <li class="legend-copied">${count(objects.copied)} copied</li>
      <li class="legend-skipped">${count(objects.skipped)} skipped</li>
      <li class="legend-failed">${count(objects.failed)} failed</li>
      ${underWay.objects > 0 && html`<li class="legend-running">${count(underWay.objects)} done by running tasks</li>`}
      <li class="legend-left">${count(Math.max(0, objects.listed - settled))} to go</li>
    </ul>
    <dl class="figures">
      <div>
        <dt>Objects</dt>
        <dd>${count(settled)}<small> of ${count(objects.listed)}</small></dd>
      </div>
      <div>
        <dt>Bytes</dt>
        <dd>${bytes(sizes.copied + sizes.skipped + underWay.bytes)}<small> of ${bytes(sizes.listed)}</small></dd>
      </div>
      <div>
        <dt>Rate</dt>
        <dd>${bytesRate(rate.bytesPerSecond)}<small> ${objectsRate(rate.objectsPerSecond)}</small></dd>
      </div>
      <div>
        <dt>Time left</dt>
        <dd>${rate.etaSeconds === null ? "–" : duration(rate.etaSeconds)}</dd>
      </div>
      <div>
        <dt>${job.endedAt === null ? "Running for" : "Took"}</dt>
        <dd>${duration((endMs - Date.parse(job.createdAt)) / 1000)}</dd>
      </div>
    </dl>
  </section>`;
}
