import { type Action, type ActionName, actions } from "./action.ts";
import { createMachine } from "./create-machine.ts";
import { drain } from "./drain.ts";
import type { ModelSubject } from "./machine.ts";
import { createManualClock, type ManualClock } from "../manual-clock.ts";

export interface ModelRun {
  readonly seed: number;
  /** How many schedules at most … */
  readonly schedules: number;
  /** … and how long at most. */
  readonly budgetMs: number;
  /** How many things happen in a schedule. */
  readonly actions?: number;
}

type OpenLedger = (clock: ManualClock) => Promise<ModelSubject>;

/**
 * Runs random schedules of everything that masters, workers and people do, in any order, twice, late and by workers
 * that were given up, against the ledger and a plain model at once. They must agree after every step, and at the end
 * every object is counted once. Answers how many schedules ran; the first that fails is shortened and thrown with its
 * seed. `open` gives an empty ledger, or one where this schedule's job meets no other of the same name.
 */
export async function runLedgerModel(open: OpenLedger, run: ModelRun): Promise<number> {
  const endsAt = performance.now() + run.budgetMs;
  let done = 0;
  while (done < run.schedules && performance.now() < endsAt) {
    const seed = run.seed + done;
    const schedule = scheduleOf(seed, run.actions ?? 60);
    const failure = await failureOf(open, schedule);
    if (failure !== undefined) throw await explained(open, seed, { schedule, failure });
    done += 1;
  }
  return done;
}

/** Plays one schedule to its end. */
async function playSchedule(open: OpenLedger, schedule: readonly Action[]): Promise<void> {
  const clock = createManualClock();
  const machine = await createMachine(await open(clock), clock);
  for (const action of schedule) await machine.act(action);
  await drain(machine);
}

function scheduleOf(seed: number, length: number): readonly Action[] {
  const random = randomOf(seed);
  const all: readonly ActionName[] = actions.flatMap(({ name, weight }) => Array<ActionName>(weight).fill(name));
  return Array.from({ length }, () => ({
    name: all[Math.floor(random() * all.length)] ?? "sweep",
    a: Math.floor(random() * 65_536),
    b: Math.floor(random() * 65_536),
  }));
}

async function failureOf(open: OpenLedger, schedule: readonly Action[]): Promise<Error | undefined> {
  try {
    await playSchedule(open, schedule);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

interface Failed {
  readonly schedule: readonly Action[];
  readonly failure: Error;
}

async function explained(open: OpenLedger, seed: number, failed: Failed): Promise<Error> {
  const { schedule, failure } = await shortened(open, failed);
  const lines = schedule.map((action) => `  ${JSON.stringify(action)},`).join("\n");
  return new Error(`seed ${seed}, shortened to ${schedule.length} actions: ${failure.message}\n[\n${lines}\n]`, {
    cause: failure,
  });
}

/** Leaves out ever smaller stretches for as long as what is left still fails. */
async function shortened(open: OpenLedger, failed: Failed): Promise<Failed> {
  let best = failed;
  let tries = 0;
  for (let size = Math.ceil(failed.schedule.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.schedule.length && tries < 400; tries += 1) {
      const schedule = best.schedule.toSpliced(at, size);
      const failure = await failureOf(open, schedule);
      if (failure === undefined) at += size;
      else best = { schedule, failure };
    }
  }
  return best;
}

/** A small generator of numbers in [0, 1) that repeats for a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
