import { ago, bytes, count } from "../format.ts";
import { html } from "../html.ts";
import type { JobProperties } from "./job-properties.ts";

/** More are counted, not shown. */
const mostShown = 12;

/** Where the job's tasks are, and what the running ones have done. */
export function JobTasks({ stats }: JobProperties) {
  const running = stats.runningTasksProgress;
  return html`<section class="card" aria-labelledby="tasks-title">
    <h2 id="tasks-title">Tasks</h2>
    <dl class="figures figures-small">
      <div>
        <dt>Pending</dt>
        <dd>${count(stats.pendingTasks)}</dd>
      </div>
      <div>
        <dt>Dispatched</dt>
        <dd>${count(stats.dispatchedTasks)}</dd>
      </div>
      <div>
        <dt>Running</dt>
        <dd>${count(stats.runningTasks)}</dd>
      </div>
      <div>
        <dt>Done</dt>
        <dd>${count(stats.succeedTasks)}</dd>
      </div>
      <div>
        <dt>Failed</dt>
        <dd class=${stats.failedTasks > 0 ? "bad" : ""}>${count(stats.failedTasks)}</dd>
      </div>
    </dl>
    ${
      running.length === 0
        ? html`<p class="quiet">No task is running.</p>`
        : html`<ul class="rows">
            ${running.slice(0, mostShown).map(
              (task) =>
                html`<li key=${task.taskId}>
                  <code title=${task.taskId}>${task.taskId.slice(0, 8)}</code>
                  <small>${ago(task.startedAt, Date.now())}</small>
                  <meter
                    min="0"
                    max=${Math.max(1, task.objectsTotal)}
                    value=${task.objectsDone}
                    aria-label="Objects done"
                  ></meter>
                  <small>${doneOf(task)}</small>
                </li>`,
            )}
          </ul>`
    }
    ${running.length > mostShown ? html`<p class="quiet">and ${count(running.length - mostShown)} more</p>` : null}
  </section>`;
}

function doneOf({
  objectsDone,
  objectsTotal,
  bytesDone,
  bytesTotal,
}: JobProperties["stats"]["runningTasksProgress"][number]) {
  return `${count(objectsDone)} of ${count(objectsTotal)} objects, ${bytes(bytesDone)} of ${bytes(bytesTotal)}`;
}
