import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Lease } from "@causeway/shared/ports/lease.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import { createAlarm } from "./alarm.ts";

/** Something that one master at a time does again and again. Each round must be harmless when two do it at once. */
export interface DutySpec {
  readonly name: string;
  /** Pause between rounds that found nothing to do. */
  readonly everyMs: number;
  /** `again`: there is more to do, so the next round comes soon. */
  run(options: Signalled): Promise<"again" | "rest">;
}

export interface DutySurroundings {
  readonly lease: Lease;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Duty {
  start(): void;
  /** Something changed: look soon instead of at the end of the pause. */
  nudge(): void;
  /** Ends the round that runs and gives the lease back, so that another master goes on at once. */
  stop(): Promise<void>;
}

/** Another master takes over after a crash within this time. */
const leaseMs = 5000;
const standbyMs = 1000;
/** Between two rounds, however much changes. */
const againMs = 25;
const afterErrorMs = 1000;

/** Runs a duty under its lease. Errors (Redis away) are logged once and tried again until it works. */
export function createDuty(spec: DutySpec, { lease, clock, log }: DutySurroundings): Duty {
  const stopping = new AbortController();
  const { signal } = stopping;
  const alarm = createAlarm(clock, againMs);
  let failing = false;
  let loop = Promise.resolve();

  async function round(): Promise<number> {
    try {
      const held = await lease.hold(spec.name, leaseMs, { signal });
      const found = held ? await spec.run({ signal }) : undefined;
      if (failing) log.info({ duty: spec.name }, "works again");
      failing = false;
      if (found === undefined) return standbyMs;
      return found === "again" ? againMs : spec.everyMs;
    } catch (error) {
      if (!failing && !signal.aborted) log.warn({ duty: spec.name, err: error }, "cannot do its duty, tries again");
      failing = true;
      return afterErrorMs;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await alarm.pause(await round());
    }
    await lease.release(spec.name).catch(() => undefined);
  }

  return {
    start() {
      loop = run();
    },
    nudge: () => alarm.ring(),
    async stop() {
      stopping.abort(new Error("stopping"));
      alarm.ring();
      await loop;
    },
  };
}
