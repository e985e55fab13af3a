import type { Worker } from "../calls/answers.ts";
import { ago, bytesRate, count, objectsRate } from "../format.ts";
import { html } from "../html.ts";
import { workers } from "../live/fleet.ts";

const stateTones: Readonly<Record<string, string>> = { running: "good", draining: "held", "path-down": "bad" };
const stateWords: Readonly<Record<string, string>> = { "path-down": "path down" };

/** Who works, by host. */
export function WorkersView() {
  const hosts = Map.groupBy(workers.value, ({ host }) => host);
  const sorted = [...hosts].toSorted(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
  return html`<h1>Workers</h1>
    <dl class="figures">
      <div>
        <dt>Hosts</dt>
        <dd>${count(hosts.size)}</dd>
      </div>
      <div>
        <dt>Processes</dt>
        <dd>${count(workers.value.length)}</dd>
      </div>
      <div>
        <dt>Tasks held</dt>
        <dd>
          ${count(sum((worker) => worker.tasksRunning))}<small> of ${count(sum((worker) => worker.taskSlots))}</small>
        </dd>
      </div>
      <div>
        <dt>Throughput</dt>
        <dd>${bytesRate(sum((worker) => worker.bytesPerSecond))}</dd>
      </div>
      <div>
        <dt>Objects</dt>
        <dd>${objectsRate(sum((worker) => worker.objectsPerSecond))}</dd>
      </div>
    </dl>
    ${
      sorted.length === 0
        ? html`<p class="empty">No worker has reported in the last half minute. Jobs wait until one does.</p>`
        : html`<${WorkerTable} hosts=${sorted} />`
    }`;
}

function sum(of: (worker: Worker) => number): number {
  return workers.value.reduce((total, worker) => total + of(worker), 0);
}

function WorkerTable({ hosts }: { readonly hosts: readonly (readonly [string, readonly Worker[]])[] }) {
  return html`<div class="table">
    <table>
      <caption class="unseen">
        Worker processes by host
      </caption>
      <thead>
        <tr>
          <th scope="col">Host and process</th>
          <th scope="col">State</th>
          <th scope="col">Tasks</th>
          <th scope="col" class="number">Bytes</th>
          <th scope="col" class="number">Objects</th>
          <th scope="col">Version</th>
          <th scope="col">Last heard</th>
        </tr>
      </thead>
      <tbody>
        ${hosts.flatMap(([, processes]) => processes.map((worker) => html`<${WorkerRow} key=${worker.id} worker=${worker} />`))}
      </tbody>
    </table>
  </div>`;
}

function WorkerRow({ worker }: { readonly worker: Worker }) {
  return html`<tr>
    <th scope="row">${worker.host}<small>process ${worker.pid}</small></th>
    <td data-label="State">
      <span class=${`badge badge-${stateTones[worker.state] ?? "quiet"}`}
        >${stateWords[worker.state] ?? worker.state}</span
      >
    </td>
    <td data-label="Tasks">
      <meter min="0" max=${worker.taskSlots} value=${worker.tasksRunning} aria-label="Tasks held"></meter>
      <small>${worker.tasksRunning} of ${worker.taskSlots}</small>
    </td>
    <td data-label="Bytes" class="number">${bytesRate(worker.bytesPerSecond)}</td>
    <td data-label="Objects" class="number">${objectsRate(worker.objectsPerSecond)}</td>
    <td data-label="Version">${worker.version}</td>
    <td data-label="Last heard">${ago(worker.heartbeatAt, Date.now())}</td>
  </tr>`;
}
