import type { JobCredentials, OpenJobSpec } from "../domain/job-spec.ts";
import { type Estimate, estimateOf, judgeEstimate } from "../domain/preflight/estimate.ts";
import { type CheckName, checkNames, type Finding, type PreflightLine, verdictOf } from "../domain/preflight/line.ts";
import type { PriceList } from "../domain/preflight/prices.ts";
import type { Given } from "../domain/preflight/sample.ts";
import type { Clock } from "../ports/clock.ts";
import { createCheckRunner, type Looking } from "./check.ts";
import { lookAtSource } from "./source.ts";
import { openPreflightStores, type StoresToLookAt } from "./stores.ts";
import { lookAtTarget } from "./target.ts";

/** A look at something beside the stores: Redis, the journal, the workers. */
export interface SurroundingCheck {
  readonly name: CheckName;
  readonly look: (looking: Looking) => Promise<readonly Finding[]>;
}

export interface PreflightRequest {
  readonly spec: OpenJobSpec;
  readonly credentials: JobCredentials;
  /** What a person knows of the whole. */
  readonly given: Given & { readonly pathBytesPerSecond?: number | undefined };
}

/** What a preflight works with. */
export interface PreflightTools {
  readonly opener: StoresToLookAt;
  readonly clock: Clock;
  /** Whether OSS_ALLOWED_CIDRS names any block. */
  readonly blocks: "named" | "none";
  readonly prices: PriceList;
  /** A bucket that the policy of the VPC endpoint for S3 denies (S3_CANARY_BUCKET); undefined: there is none. */
  readonly canaryBucket: string | undefined;
  /** Worker processes that run now. */
  readonly workerProcesses: number;
  readonly surroundings: readonly SurroundingCheck[];
  /** A name that no object has, for the probe. */
  readonly probeName: string;
  /** How long one check may take. */
  readonly limitMs: number;
}

export interface PreflightResult {
  /** The worst of the lines. */
  readonly verdict: PreflightLine["state"];
  readonly lines: readonly PreflightLine[];
  /** Null where the source could not be listed and nobody said how much there is. */
  readonly estimate: Estimate | null;
}

/** Looks at everything that a job needs before a byte of it moves. All checks run, whatever one of them finds. */
export async function runPreflight(
  request: PreflightRequest,
  tools: PreflightTools,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const stores = openPreflightStores(tools.opener, request.spec, request.credentials);
  const run = createCheckRunner(tools.clock, signal, tools.limitMs);
  try {
    const looks = [
      Promise.all(
        tools.surroundings.map(({ name, look }) =>
          run(name, async (looking) => ({ findings: await look(looking), value: null })),
        ),
      ),
      lookAtSource(run, stores, tools.canaryBucket),
      lookAtTarget(run, stores, tools),
    ] as const;
    // Also when nobody waits any more: the stores stay open until the probe is taken away.
    await Promise.allSettled(looks);
    const [surroundings, source, target] = await Promise.all(looks);
    const estimate = estimateFor(request, tools, source, target.roundTripMs);
    const lines = [...surroundings.flatMap((check) => check.lines), ...source.lines, ...target.lines];
    if (estimate !== null) lines.push({ check: "estimate", ...judgeEstimate(estimate) });
    const sorted = inOrder(lines);
    return { verdict: verdictOf(sorted), lines: sorted, estimate };
  } finally {
    await stores.close();
  }
}

function estimateFor(
  { spec, given }: PreflightRequest,
  { workerProcesses, prices, clock }: PreflightTools,
  source: Awaited<ReturnType<typeof lookAtSource>>,
  targetTripMs: number | undefined,
): Estimate | null {
  const sample = source.sample ?? { objects: [], whole: false };
  if (source.sample === undefined && (given.objects === undefined || given.bytes === undefined)) return null;
  const roundTripMs = { source: source.roundTripMs ?? 0, target: targetTripMs ?? 0 };
  return estimateOf({ sample, given, spec, roundTripMs, workerProcesses, nowMs: clock.now(), prices });
}

function inOrder(lines: readonly PreflightLine[]): readonly PreflightLine[] {
  return lines.toSorted((left, right) => checkNames.indexOf(left.check) - checkNames.indexOf(right.check));
}
