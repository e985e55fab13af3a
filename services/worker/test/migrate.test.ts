import assert from "node:assert/strict";
import { test } from "node:test";
import { type WorldOptions, createTestHold, createWorld } from "./harness.ts";

type World = ReturnType<typeof createWorld>;

/** Lays these objects, runs their task once, and answers the world after it. */
async function migrated(bodies: Record<string, string | Uint8Array>, options: WorldOptions = {}): Promise<World> {
  const world = createWorld(options);
  const pointer = await world.plan(await world.lay(bodies));
  assert.equal(await world.worker().runTask(pointer, createTestHold()), "done");
  return world;
}

const text = (world: World, key: string) => Buffer.from(world.target.held(key)?.bytes ?? "(nothing)").toString();

test("objects arrive under the target prefix, byte for byte, and are counted", async () => {
  const world = await migrated({
    "source_folder/a": "one",
    "source_folder/b//c 😀": "two",
    "source_folder/empty": "",
    "source_folder/folder/": "",
  });
  assert.deepEqual(world.target.keys(), [
    "destination_folder/a",
    "destination_folder/b//c 😀",
    "destination_folder/empty",
    "destination_folder/folder/",
  ]);
  assert.equal(text(world, "destination_folder/b//c 😀"), "two");
  const { tally } = await world.counts();
  assert.deepEqual([tally.copiedObjects, tally.copiedBytes, tally.failedObjects], [4, 6, 0]);
  const [first] = await world.outcomes();
  assert.ok(first?.state === "copied" && first.proof === "md5" && first.attempts === 1);
});
