import { type Fault, faultOf } from "@causeway/shared/domain/fault.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import { type Path, rested } from "./path-watch.ts";
import type { Scheduler } from "./scheduler.ts";

/** Tries of one object or part before its transient fault is final. */
const mostAttempts = 5;
const firstBackoffMs = 200;
const longestBackoffMs = 10_000;

export interface Persistence {
  /** The ways that the step takes; a success says that they work. */
  readonly paths: { readonly source: Path | undefined; readonly target: Path };
  /** A store's trouble is not final before it has lasted so long, whatever the number of attempts; undefined: attempts decide. */
  readonly patienceMs?: number;
  readonly signal: AbortSignal;
}

/**
 * Runs `step` until it succeeds, is refused for good, or has used up its attempts; throws the last Fault, or the signal's
 * reason. Throttling slows down and burns no attempt; neither does an endpoint that nobody reaches at the moment, because
 * that is the path's fault and not the object's.
 */
export type Persist = <T>(step: (attempt: number) => Promise<T>, how: Persistence) => Promise<T>;

export interface AttemptParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly meter: Meter;
}

export function createPersist({ clock, scheduler, meter }: AttemptParts): Persist {
  return async (step, { paths, patienceMs = 0, signal }) => {
    let waits = 0;
    let troubleSinceMs: number | undefined;
    for (let attempt = 1; ;) {
      const rest = rested(paths, signal);
      if (rest !== undefined) await rest;
      try {
        const value = await step(attempt);
        paths.source?.worked();
        paths.target.worked();
        return value;
      } catch (thrown) {
        signal.throwIfAborted();
        const fault = faultOf(thrown);
        meter.count("migration_faults_total", { code: fault.code, kind: fault.kind });
        const path = observe(fault, paths);
        troubleSinceMs ??= clock.monotonicMs();
        const isPatient = isTrouble(fault) && clock.monotonicMs() - troubleSinceMs < patienceMs;
        if (!isWorthAnother(fault, attempt) && !isPatient) throw fault;
        if (fault.kind === "throttled") slowDown(fault, paths, scheduler);
        await clock.sleep(backoffMs(fault, waits), { signal });
        waits += 1;
        if (fault.kind === "transient" && path?.isSuspect() !== true) attempt += 1;
      }
    }
  };
}

/** All that goes over this path waits as long as its store says; a store that names no time is asked less at once. */
function slowDown(fault: Fault, paths: Persistence["paths"], scheduler: Scheduler): void {
  const delayMs = fault.retryAfterMs ?? 0;
  pathOf(fault, paths)?.rest(delayMs);
  scheduler.throttled(delayMs);
}

function pathOf(fault: Fault, paths: Persistence["paths"]): Path | undefined {
  return fault.code.startsWith("SOURCE_") ? paths.source : paths.target;
}

/** Tells the path what was heard of it; answers the path that was not reached. */
function observe(fault: Fault, paths: Persistence["paths"]): Path | undefined {
  const path = pathOf(fault, paths);
  if (path === undefined) return undefined;
  if (fault.kind === "path" || fault.code === "SOURCE_UNREACHABLE" || fault.code === "TARGET_UNREACHABLE") {
    path.failed(fault);
    return path;
  }
  // Any answer, a refusal too, came over the link.
  path.worked();
  return undefined;
}

/** A fault of the store, not of the bytes: those are no better for waiting. */
function isTrouble({ kind, code }: Fault): boolean {
  return kind === "transient" && (code.endsWith("_FAILED") || code.endsWith("_UNREACHABLE"));
}

function isWorthAnother(fault: Fault, attempt: number): boolean {
  switch (fault.kind) {
    case "permanent":
    case "path":
      return false;
    case "throttled":
      return true;
    case "transient":
      // Another version is not a second try of this one: the caller looks at the object again.
      return fault.code !== "SOURCE_CHANGING" && attempt < mostAttempts;
    default:
      return fault.kind satisfies never;
  }
}

/** What the store asked for, else doubling from wait to wait; a random half keeps workers from coming back in step. */
function backoffMs(fault: Fault, waits: number): number {
  if (fault.retryAfterMs !== undefined) return fault.retryAfterMs * (1 + Math.random() / 2);
  const full = Math.min(firstBackoffMs * 2 ** Math.min(waits, 10), longestBackoffMs);
  return full / 2 + Math.random() * (full / 2);
}
