import type { Limits } from "../limits.ts";
import { allowanceAt } from "../timetable.ts";
import type { Expected, RequestsPerObject } from "./sample.ts";

/** What the time of a job depends on. */
export interface Pace {
  readonly expected: Expected;
  readonly perObject: RequestsPerObject;
  readonly limits: Limits;
  readonly nowMs: number;
  readonly roundTripMs: RoundTrips;
  readonly workerProcesses: number;
  /** What the path carries, as a person says; undefined: `assumed.pathBytesPerSecond`. */
  readonly pathBytesPerSecond: number | undefined;
}

/** To either store and back, as measured from here, in ms. */
export interface RoundTrips {
  readonly source: number;
  readonly target: number;
}

/** What is assumed where nothing is known; told along with every estimate. */
export const assumed = {
  /** 1 Gbit/s, what one VPN gateway gives. */
  pathBytesPerSecond: 125_000_000,
  /** WORKER_CONNECTIONS' default. */
  connectionsPerProcess: 64,
  /** A core copies about 3,000 small objects a second (docs/performance.md); some of it is left for large ones. */
  objectsPerSecondPerProcess: 2000,
  /** A store's own share of a small request, beyond the round trip: rather more than it is, so that nobody waits longer than told. */
  storeMs: 30,
  /** OSS: an account's requests per second. */
  ossRequestsPerSecond: 10_000,
} as const;

export interface Duration {
  readonly seconds: number;
  /** What takes the longest. */
  readonly heldBy: "bytes" | "objects" | "requests" | "nothing";
  readonly bytesPerSecond: number;
  readonly objectsPerSecond: number;
}

/** Estimates how long a job takes: as long as the slowest of bytes, objects and requests. */
export function durationOf(pace: Pace): Duration {
  const { expected, perObject, limits, nowMs } = pace;
  const allowed = weeklyMean(limits, nowMs);
  const bytesPerSecond = Math.min(
    pace.pathBytesPerSecond ?? assumed.pathBytesPerSecond,
    allowed.bytesPerSecond || Number.POSITIVE_INFINITY,
  );
  const requestsPerSecond = Math.min(
    assumed.ossRequestsPerSecond,
    allowed.requestsPerSecond || Number.POSITIVE_INFINITY,
  );
  const processes = Math.max(1, pace.workerProcesses);
  const perConnection = 1000 / slowerRequestMs(pace.roundTripMs);
  const objectsPerSecond =
    processes * Math.min(assumed.objectsPerSecondPerProcess, assumed.connectionsPerProcess * perConnection);
  const seconds = {
    bytes: expected.bytes / bytesPerSecond,
    objects: expected.objects / objectsPerSecond,
    requests: (expected.objects * (perObject.reads + perObject.writes)) / requestsPerSecond,
  };
  const longest = Math.max(...Object.values(seconds));
  const heldBy = (["bytes", "objects", "requests"] as const).find((what) => seconds[what] === longest);
  return {
    seconds: Math.ceil(longest),
    heldBy: longest === 0 ? "nothing" : (heldBy ?? "nothing"),
    bytesPerSecond,
    objectsPerSecond: Math.round(objectsPerSecond),
  };
}

/** How long a small object keeps a connection, ms, at the store that is farther away: while it is written the next one is read. */
export function slowerRequestMs({ source, target }: RoundTrips): number {
  return Math.max(source, target) + assumed.storeMs;
}

/** The limits' mean over the coming week, hour by hour; 0: at some hour there is none, so none is counted. */
function weeklyMean(
  limits: Limits,
  nowMs: number,
): { readonly bytesPerSecond: number; readonly requestsPerSecond: number } {
  const hours = Array.from({ length: 168 }, (_, hour) => allowanceAt(limits, nowMs + hour * 3_600_000));
  return {
    bytesPerSecond: mean(hours.map(({ bytesPerSecond }) => bytesPerSecond)),
    requestsPerSecond: mean(hours.map(({ requestsPerSecond }) => requestsPerSecond)),
  };
}

function mean(values: readonly number[]): number {
  return values.includes(0) ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
