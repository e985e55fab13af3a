import { Fault } from "../domain/fault.ts";
import { faultCodes } from "../domain/fault-codes.ts";
import { type CheckName, failure, type Finding, type PreflightLine, warning } from "../domain/preflight/line.ts";
import type { Clock } from "../ports/clock.ts";

/** What a check works with. */
export interface Looking {
  /** Aborted when the check has used up its time. */
  readonly signal: AbortSignal;
  /** Takes a step that may meet a passing fault: it is tried a few times, and the check then says so. */
  readonly tried: <T>(step: () => Promise<T>) => Promise<T>;
}

/** What a check found, and what it hands to those that build on it. */
export interface Looked<T> {
  readonly findings: readonly Finding[];
  readonly value: T;
}

export interface CheckRun<T> {
  readonly lines: readonly PreflightLine[];
  /** Undefined: the check broke off. */
  readonly value: T | undefined;
}

/** Runs one check within its time; whatever it throws becomes a line. Rejects only with the outer signal's reason. */
export type RunCheck = <T>(name: CheckName, look: (looking: Looking) => Promise<Looked<T>>) => Promise<CheckRun<T>>;

const mostTries = 3;
const pauseMs = 200;

/** Makes the runner of checks. `limitMs` is how long each may take. */
export function createCheckRunner(clock: Clock, outer: AbortSignal, limitMs: number): RunCheck {
  return async (name, look) => {
    const limit = AbortSignal.timeout(limitMs);
    const signal = AbortSignal.any([outer, limit]);
    const passing: Fault[] = [];
    const named = (findings: readonly Finding[]) => findings.map((finding) => ({ check: name, ...finding }));
    try {
      const looked = look({ signal, tried: (step) => tryStep(step, passing, { clock, signal }) });
      const { findings, value } = await orAborted(looked, signal);
      return { lines: named([...findings, ...hiccups(passing)]), value };
    } catch (thrown) {
      outer.throwIfAborted();
      if (limit.aborted) return { lines: named([outOfTime(limitMs)]), value: undefined };
      return { lines: named([ofThrown(thrown)]), value: undefined };
    }
  };
}

/** Not everything that is waited for can be stopped (a file system that hangs, say); a check ends all the same. */
export async function orAborted<T>(looked: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = Promise.withResolvers<never>();
  const abort = () => over.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([looked, over.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** What a fault says to people, as a line. */
export function ofFault(fault: Fault): Finding {
  const { meaning, cure } = faultCodes[fault.code];
  return failure(fault.said === undefined ? meaning : `${meaning} It said: ${fault.said}`, cure);
}

async function tryStep<T>(
  step: () => Promise<T>,
  passing: Fault[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (thrown) {
      const passes = thrown instanceof Fault && (thrown.kind === "transient" || thrown.kind === "throttled");
      if (!passes || tries === mostTries) throw thrown;
      passing.push(thrown);
      await clock.sleep(tries * pauseMs, { signal });
    }
  }
}

function hiccups(passing: readonly Fault[]): readonly Finding[] {
  const [first] = passing;
  if (first === undefined) return [];
  const times = passing.length === 1 ? "Once" : `${passing.length} times`;
  const said = first.said === undefined ? "" : ` (${first.said})`;
  return [warning(`${times} it went well only when tried again: ${first.code}${said}.`, faultCodes[first.code].cure)];
}

function outOfTime(limitMs: number): Finding {
  return failure(
    `Nothing came within ${Math.round(limitMs / 1000)} s.`,
    "Check the route to the endpoint from here: DNS, firewall, tunnel, proxy.",
  );
}

function ofThrown(thrown: unknown): Finding {
  if (thrown instanceof Fault) return ofFault(thrown);
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return failure(`The check itself broke: ${reason}`, "This is a mistake of Causeway's; please report it.");
}
