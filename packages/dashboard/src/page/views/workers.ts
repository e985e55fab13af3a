import type { Worker } from "../calls/answers.ts";
import { ago, bytes, bytesRate, count, objectsRate } from "../format.ts";
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
          <th scope="col">Connections</th>
          <th scope="col" class="number">Load</th>
          <th scope="col" class="number">Throughput</th>
          <th scope="col">Tunnel</th>
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
  const { host, pid, version, state, load, tunnel } = worker;
  return html`<tr>
    <th scope="row">${host}<small>process ${pid}, version ${version}</small></th>
    <td data-label="State">
      <span class=${`badge badge-${stateTones[state] ?? "quiet"}`}>${stateWords[state] ?? state}</span>
    </td>
    <td data-label="Tasks"><${Share} name="Tasks held" part=${worker.tasksRunning} whole=${worker.taskSlots} /></td>
    <td data-label="Connections">
      ${load === null ? "–" : html`<${Share} name="Connections in use" part=${load.connections} whole=${load.connectionsAllowed} />`}
    </td>
    <td data-label="Load" class="number">${load === null ? "–" : `${load.cores.toFixed(2)} cores`}</td>
    <td data-label="Throughput" class="number">
      ${bytesRate(worker.bytesPerSecond)}<small>${objectsRate(worker.objectsPerSecond)}</small>
    </td>
    <td data-label="Tunnel"><${TunnelCell} tunnel=${tunnel} /></td>
    <td data-label="Last heard">${ago(worker.heartbeatAt, Date.now())}</td>
  </tr>`;
}

interface ShareProperties {
  readonly name: string;
  readonly part: number;
  readonly whole: number;
}

function Share({ name, part, whole }: ShareProperties) {
  return html`<meter min="0" max=${Math.max(1, whole)} value=${part} aria-label=${name}></meter>
    <small>${part} of ${whole}</small>`;
}

function TunnelCell({ tunnel }: Pick<Worker, "tunnel">) {
  if (tunnel === null) return html`<span class="quiet">none watched</span>`;
  const { state, reason, children, refusedPackets } = tunnel;
  return html`<span class=${`badge badge-${state === "up" ? "good" : "bad"}`}>${state}</span>
    ${reason === null ? null : html`<small>${reason}</small>`}
    ${children.map(
      ({ name, remoteAddress, bytesIn, bytesOut }) =>
        html`<small key=${name}>${name} to ${remoteAddress}: ${bytes(bytesOut)} out, ${bytes(bytesIn)} in</small>`,
    )}
    ${
      refusedPackets === null || refusedPackets === 0
        ? null
        : html`<small class="bad">${count(refusedPackets)} packets refused beside it</small>`
    }`;
}
