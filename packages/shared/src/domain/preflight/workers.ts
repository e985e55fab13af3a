import { type Finding, failure, ok, warning } from "./line.ts";

/** What a worker process says of itself. */
export interface WorkerReading {
  readonly host: string;
  readonly version: string;
  readonly state: "running" | "draining" | "path-down";
  /** The tunnel of its host, with why it is down; null: it watches none. */
  readonly tunnel?: { readonly state: "up" | "down"; readonly reason: string | null } | null;
}

/** Judges whether somebody will do the work, and whether their private path is up, as they see it themselves. */
export function judgeWorkers(workers: readonly WorkerReading[]): readonly Finding[] {
  if (workers.length === 0) {
    return [warning("No worker runs; the job will wait.", "Start workers: docker compose up -d --scale worker=4.")];
  }
  return [judgePath(workers), ...judgeTunnels(workers), ...judgeVersions(workers)];
}

function judgePath(workers: readonly WorkerReading[]): Finding {
  const down = workers.filter(({ state }) => state === "path-down");
  const hosts = [...new Set(down.map(({ host }) => host))].join(", ");
  const cure = "See causeway tunnel status on these hosts, and docs/network.md; what waits goes on by itself.";
  if (down.length === workers.length) return failure(`No worker has a path to its target (${hosts}).`, cure);
  if (down.length > 0) return warning(`${down.length} of ${workers.length} workers have no path (${hosts}).`, cure);
  const machines = new Set(workers.map(({ host }) => host)).size;
  return ok(`${count(workers.length, "worker process", "worker processes")} on ${count(machines, "host", "hosts")}.`);
}

function judgeTunnels(workers: readonly WorkerReading[]): readonly Finding[] {
  const watched = workers.filter(({ tunnel }) => (tunnel ?? null) !== null);
  const down = watched.filter(({ tunnel }) => tunnel?.state === "down");
  const [first] = down;
  if (first === undefined) return watched.length === 0 ? [] : [ok("The tunnels of the workers' hosts are up.")];
  const hosts = [...new Set(down.map(({ host }) => host))].join(", ");
  const said = `The tunnel is down on ${hosts}: ${first.tunnel?.reason ?? "the worker does not know why"}`;
  const cure = "See causeway tunnel status on these hosts, and docs/network.md.";
  return [down.length === watched.length ? failure(said, cure) : warning(said, cure)];
}

function judgeVersions(workers: readonly WorkerReading[]): readonly Finding[] {
  const versions = [...new Set(workers.map(({ version }) => version))];
  if (versions.length === 1) return [];
  const said = `The workers run several versions: ${versions.join(", ")}.`;
  return [warning(said, "End the upgrade first: tasks that only a newer worker knows wait for one.")];
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
