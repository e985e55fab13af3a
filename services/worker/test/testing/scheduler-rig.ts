import { setImmediate as turn } from "node:timers/promises";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import type { Lane } from "../../src/admission.ts";
import { createScheduler, type Pass } from "../../src/scheduler.ts";

const never = new AbortController().signal;
export const kibibyte = 1024;

interface Inside {
  readonly lane: Lane;
  readonly pass: Pass;
  /** Whether it was read, and then whether it waits for a connection to the target. */
  isRead: boolean;
  isPassing: boolean;
  readonly end: () => void;
  readonly fail: (reason: unknown) => void;
}

/** A scheduler, and what becomes of those who enter; each stays until it is told to leave. */
export function openScheduler(connections = 4, memoryBytes = 100 * kibibyte) {
  const clock = createManualClock();
  const scheduler = createScheduler({ connections, memoryBytes, busyShare: () => 0 }, clock);
  const admitted: string[] = [];
  const passed: string[] = [];
  const inside = new Map<string, Inside>();
  const write = async (name: string, one: Inside): Promise<void> => {
    try {
      await one.pass();
      passed.push(name);
    } catch (error) {
      inside.delete(name);
      passed.push(`${name} aborted`);
      one.fail(error);
    }
    one.isPassing = false;
  };
  return {
    clock,
    scheduler,
    admitted,
    passed,
    enter: (name: string, lane: Lane, bytes: number, signal: AbortSignal = never): void => {
      const work = (pass: Pass): Promise<void> => {
        admitted.push(name);
        return new Promise((end, fail) => inside.set(name, { lane, pass, isRead: false, isPassing: false, end, fail }));
      };
      scheduler.hold({ lane, bytes }, signal, work).catch(() => {
        if (!admitted.includes(name)) admitted.push(`${name} aborted`);
      });
    },
    /** A small object was read. */
    pass: async (name: string): Promise<void> => {
      const one = inside.get(name);
      if (one === undefined || one.isRead || one.lane === "large") return;
      one.isRead = true;
      one.isPassing = true;
      void write(name, one);
      await turn();
    },
    leave: async (name: string): Promise<void> => {
      const one = inside.get(name);
      if (one === undefined || one.isPassing) return;
      inside.delete(name);
      one.end();
      await turn();
    },
    inside: (): readonly string[] => [...inside.keys()],
    /** Whether somebody waits for a connection to the target. */
    isSomebodyPassing: (): boolean => [...inside.values()].some(({ isPassing }) => isPassing),
  };
}
