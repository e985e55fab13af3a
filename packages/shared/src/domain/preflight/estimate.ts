import type { OpenJobSpec } from "../job-spec.ts";
import { mappingRule, targetStorageClass } from "../mapping.ts";
import { assumed, type Duration, durationOf, type RoundTrips, slowerRequestMs } from "./duration.ts";
import { type Finding, ok, warning } from "./line.ts";
import { costOf, type Cost, type Quantities } from "./money.ts";
import type { PriceList } from "./prices.ts";
import { type Expected, type Given, type SourceSample, expectedOf, requestsPerObject } from "./sample.ts";

/** What a job will take, as far as can be told before it. */
export interface Estimate {
  readonly expected: Expected;
  readonly quantities: Quantities;
  readonly duration: Duration;
  readonly cost: Cost;
  /** What the figures rest on, in words. */
  readonly assumptions: readonly string[];
}

/** What is known when the estimate is made. */
export interface EstimateBasis {
  readonly sample: SourceSample;
  readonly given: Given & { readonly pathBytesPerSecond?: number | undefined };
  readonly spec: OpenJobSpec;
  readonly roundTripMs: RoundTrips;
  readonly workerProcesses: number;
  readonly nowMs: number;
  readonly prices: PriceList;
}

/** One page of the target's listing for each task's range of keys, one of the source's for each thousand keys. */
const keysPerPage = 1000;

/** Estimates time, requests and money. */
export function estimateOf(basis: EstimateBasis): Estimate {
  const { sample, given, spec, nowMs, roundTripMs, workerProcesses } = basis;
  const expected = expectedOf(sample, given);
  const perObject = requestsPerObject(sample, expected, spec);
  const pages = Math.ceil(expected.objects / keysPerPage);
  const quantities: Quantities = {
    sourceRegion: spec.source.region,
    targetRegion: spec.target.region,
    listRequests: pages,
    getRequests: Math.round(expected.objects * perObject.reads),
    putRequests:
      Math.round(expected.objects * perObject.writes) + Math.ceil(expected.objects / spec.tasks.objectCountLimit),
    bytes: expected.bytes,
    bytesByClass: bytesByClass(sample, expected, spec),
  };
  const { pathBytesPerSecond } = given;
  const pace = { expected, perObject, limits: spec.limits, nowMs, roundTripMs, workerProcesses, pathBytesPerSecond };
  return {
    expected,
    quantities,
    duration: durationOf(pace),
    cost: costOf(quantities, basis.prices),
    assumptions: assumptionsOf(basis),
  };
}

/** Judges how much the estimate is worth. */
export function judgeEstimate({ expected }: Estimate): Finding {
  const size = `${expected.objects} objects, ${expected.bytes} bytes`;
  if (expected.basis === "given") return ok(`${size}, as you say.`);
  if (expected.basis === "counted") return ok(`${size}, counted.`);
  return warning(
    `At least ${size}: the listing goes on behind what was sampled, so time and money are lower bounds.`,
    "Give --objects and --bytes (CloudWatch knows them as NumberOfObjects and BucketSizeBytes).",
  );
}

function bytesByClass(sample: SourceSample, expected: Expected, spec: OpenJobSpec): Record<string, number> {
  const rule = mappingRule("", spec);
  const seen: Record<string, number> = {};
  let seenBytes = 0;
  for (const { sizeBytes, storageClass } of sample.objects) {
    const name = targetStorageClass(storageClass, rule);
    seen[name] = (seen[name] ?? 0) + sizeBytes;
    seenBytes += sizeBytes;
  }
  if (seenBytes === 0) return { [targetStorageClass("STANDARD", rule)]: expected.bytes };
  return Object.fromEntries(
    Object.entries(seen).map(([name, bytes]) => [name, Math.round((bytes / seenBytes) * expected.bytes)]),
  );
}

function assumptionsOf({ given, workerProcesses, roundTripMs }: EstimateBasis): readonly string[] {
  const mbit = Math.round(((given.pathBytesPerSecond ?? assumed.pathBytesPerSecond) * 8) / 1_000_000);
  return [
    given.pathBytesPerSecond === undefined
      ? `the path carries ${mbit} Mbit/s (say --path-bytes-per-second if you know better)`
      : `the path carries ${mbit} Mbit/s, as you say`,
    workerProcesses === 0
      ? `one worker process, because none runs yet, with ${assumed.connectionsPerProcess} connections`
      : `${workerProcesses} worker processes with ${assumed.connectionsPerProcess} connections each`,
    `a small object's request to the store that is farther away takes ${Math.round(slowerRequestMs(roundTripMs))} ms`,
    "nothing is there yet: what is skipped costs neither time nor transfer",
  ];
}
