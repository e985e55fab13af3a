import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createLocks } from "./locks.ts";

/** Redis as the script of BullMQ sees it: who has which item; it names lost ones by their id alone. */
function opened(owners: Map<string, string>) {
  let fails = false;
  const calls: string[][] = [];
  const worker = {
    async extendJobLocks(ids: string[], tokens: string[]): Promise<string[]> {
      if (fails) throw new Error("Redis is away");
      calls.push(ids);
      return ids.filter((id, at) => owners.get(id) !== tokens[at]);
    },
  };
  const locks = createLocks(worker, { lockDurationMs: 400, onTrouble: () => {} });
  return { locks, calls, break: () => (fails = true), mend: () => (fails = false) };
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!holds()) {
    assert.ok(performance.now() < endMs, "it did not come about in time");
    await wait(20);
  }
}

test("an item that comes again under another token loses its old hold, and keeps the new one", async () => {
  const owners = new Map([["a", "old"]]);
  const { locks } = opened(owners);
  const lost: string[] = [];
  try {
    assert.equal(await locks.hold("a", "old", () => lost.push("old")), true);
    owners.set("a", "new");
    assert.equal(await locks.hold("a", "new", () => lost.push("new")), true);
    await until(() => lost.length > 0);
    await wait(500);
    assert.deepEqual(lost, ["old"]);
    assert.equal(locks.freshness("a", "new")(), true);
    assert.equal(locks.freshness("a", "old")(), false);
  } finally {
    locks.stop();
  }
});

test("an item whose first renewal fails is not held", async () => {
  const world = opened(new Map([["a", "token"]]));
  try {
    world.break();
    await assert.rejects(world.locks.hold("a", "token", () => assert.fail("it was never held")));
    world.mend();
    await wait(500);
    assert.deepEqual(world.calls, []);
    assert.equal(world.locks.freshness("a", "token")(), false);
  } finally {
    world.locks.stop();
  }
});
