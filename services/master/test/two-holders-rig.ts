import { after, describe } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createMemoryLedger } from "@causeway/shared/adapters/memory/ledger/ledger.ts";
import { connectRedis } from "@causeway/shared/adapters/redis/connect.ts";
import { createRedisLedger } from "@causeway/shared/adapters/redis/ledger.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import type { TaskPointer } from "@causeway/shared/domain/task.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";
import { startRedisServer } from "@causeway/shared/testing/ledger-redis-server.ts";
import * as steps from "@causeway/shared/testing/ledger-steps.ts";
import { createRig, noMeter, quiet, type Rig } from "./rig.ts";

/** Defines the same tests for the ledger in memory and for the one in Redis. */
export async function forEachLedger(title: string, define: (open: (clock: Clock) => Ledger) => void): Promise<void> {
  const server = await startRedisServer();
  const redis = server && connectRedis({ url: server.url, ca: undefined, whileAway: "wait", log: quiet });
  after(async () => {
    redis?.disconnect();
    await server?.stop();
  });
  void describe(`${title}, ledger in memory`, () => define(createMemoryLedger));
  const skip = redis === undefined ? "redis-server is not installed" : false;
  const open = (clock: Clock): Ledger =>
    redis === undefined ? createMemoryLedger(clock) : createRedisLedger(redis, { clock, holder: "all" });
  void describe(`${title}, ledger in Redis`, { skip }, () => define(open));
}

/** Both holders' parts: their calls to the ledger take their time, so that they come between each other's. */
export function rigOf(real: Ledger, clock: Clock = createSystemClock()) {
  const rig = createRig({ ledger: real, clock });
  const queued: TaskPointer[] = [];
  const tasks = {
    add: async (pointers: readonly TaskPointer[]) => {
      await sleep(Math.random() * 3);
      queued.push(...pointers);
    },
    waiting: async () => 0,
    close: async () => undefined,
  };
  const parts = () => ({
    ...real,
    ...rig,
    ledger: slow(real.dispatch),
    tasks,
    meter: noMeter,
    log: quiet,
    backlogBudgetBytes: 1 << 26,
    obstacle: () => undefined,
  });
  const holders = <T>(create: (given: ReturnType<typeof parts>) => T): readonly T[] =>
    [1, 2, 3].map(() => create(parts()));
  return { rig, ledger: { queued }, holders };
}

/** Who asks waits before and after the step itself, which is whole. */
export function slow<T extends object>(port: T): T {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || name === "read") return member;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        await sleep(Math.random() * 3);
        const answer: unknown = await Reflect.apply(member, target, args);
        await sleep(Math.random() * 3);
        return answer;
      };
    },
  });
}

export async function untilRest(duty: () => Promise<"again" | "rest">): Promise<void> {
  while ((await duty()) === "again");
}

/** A job that is listed: so many tasks of two objects. */
export async function planned(rig: Rig, tasks: number): Promise<string> {
  const { id } = await rig.submit({
    name: `job-${steps.newId()}`,
    notify: { url: "https://example.com", on: ["ended"] },
  });
  const all = Array.from({ length: tasks }, (_, at) => steps.plannedTask(2, `${String(at).padStart(3, "0")}/`));
  await steps.plan(rig.ledger, id, all);
  await steps.finishListing(rig.ledger, id);
  return id;
}
