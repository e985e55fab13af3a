import { Counter, Gauge, Registry, collectDefaultMetrics } from "prom-client";

import { createTimings, type Timings } from "./timings.ts";

/** Counts and times of one process, in the form of the Meter port. */
export interface Metrics {
  count(name: string, labels: Readonly<Record<string, string>>, by?: number): void;
  time(name: string, labels: Readonly<Record<string, string>>, seconds: number): void;
  timer(name: string, labels: Readonly<Record<string, string>>): (seconds: number) => void;
  gauge(name: string, labels: Readonly<Record<string, string>>, value: number | undefined): void;
  /** Calls `observe` whenever figures are asked for, and waits for it, to set gauges that nobody needs in between. */
  beforeText(observe: () => void | Promise<void>): void;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** What each figure means; a name that is not here is its own help. docs/metrics.md has the same names. */
export const metricHelps: Readonly<Record<string, string>> = {
  migration_objects_total: "Objects by outcome.",
  migration_bytes_total: "Bytes that were copied.",
  migration_task_seconds: "How long tasks took, from taking to committing.",
  migration_faults_total: "Refusals from outside, by code and kind.",
  migration_crc64_engine: "What computes CRC-64: 1 for the engine that runs.",
  migration_request_seconds: "How long requests to the stores took, by store and operation.",
  migration_request_faults_total: "Requests to the stores that were refused or failed, by store, operation and code.",
  migration_jobs: "Jobs that have not ended, by state.",
  migration_workers: "Worker processes, by state.",
  migration_tasks:
    "Tasks of all jobs: pending in the backlog, dispatched to the queue (running ones included), running.",
  migration_task_slots: "Tasks that all workers together may hold at once.",
  migration_backlog_bytes: "Compressed manifests that wait in Redis, of all jobs.",
  migration_http_requests_total: "Requests to the API, by method, route and status.",
  migration_http_request_seconds: "How long the API took to answer, by method and route; streams are not timed.",
  migration_connections:
    "Connections to either side that may be held at once, and those that are, to the side with more of them.",
  migration_limit_granted_total:
    "Bytes and requests that limits granted, of jobs and of paths, by the fleet's budget or by a process' safe share.",
  migration_limit_wait_seconds: "How long requests waited for a limit; those that did not wait are not counted.",
  migration_bodies_bytes: "Memory that is reserved for bodies.",
  migration_tunnel_up: "Whether the tunnel carries what goes to the targets: 1, or 0.",
  migration_tunnel_children: "CHILD_SAs that carry packets.",
  migration_tunnel_bytes: "Bytes that the present CHILD_SAs have carried; each begins at nought.",
  migration_tunnel_rekeys_total: "CHILD_SAs that were replaced in time by new ones.",
  migration_tunnel_readable: "Whether what tells of the tunnel can be read, charon and the guard: 1, or 0.",
  migration_tunnel_refused_packets:
    "Packets that the guard refused since it was loaded, because they would have gone beside the tunnel.",
  migration_listed_objects_total: "Objects that were listed and planned.",
  migration_dispatched_tasks_total: "Tasks that were handed to the queue.",
  migration_split_shards_total: "Shards that an idle lister cut in two to list a part.",
  migration_notices_total: "Attempts to tell jobs' webhooks, by whether they were accepted.",
  migration_swept_tasks_total: "Tasks without a sign of life that were handed to the queue again.",
};

const boundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

/** Counts and times for `/metrics`. A figure comes into being when it is first touched; its label names are fixed then. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const timings = new Map<string, Timings>();
  const observers: (() => void | Promise<void>)[] = [];
  const options = (name: string, labels: Readonly<Record<string, string>>) => ({
    name,
    help: metricHelps[name] ?? name,
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  const timer: Metrics["timer"] = (name, labels) => {
    const make = () => createTimings(name, metricHelps[name] ?? name, boundsSeconds);
    return existing(timings, name, make).timer({ ...labels, service });
  };
  return {
    count(name, labels, by = 1) {
      const make = () => new Counter(options(name, labels));
      existing(counters, name, make).inc({ ...labels }, by);
    },
    time: (name, labels, seconds) => timer(name, labels)(seconds),
    timer,
    gauge(name, labels, value) {
      const make = () => new Gauge(options(name, labels));
      const gauge = existing(gauges, name, make);
      if (value === undefined) gauge.remove({ ...labels });
      else gauge.set({ ...labels }, value);
    },
    beforeText: (observe) => void observers.push(observe),
    text: async () => {
      for (const observe of observers) await observe();
      return [await registry.metrics(), ...[...timings.values()].map((each) => each.text())].join("\n");
    },
    contentType: registry.contentType,
  };
}

function existing<T>(known: Map<string, T>, name: string, make: () => T): T {
  const found = known.get(name) ?? make();
  known.set(name, found);
  return found;
}
