import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as holds, asyncProperty, constantFrom, integer, record, type Arbitrary } from "fast-check";
import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { Shard } from "@causeway/shared/domain/shard.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import { keySpaces } from "@causeway/shared/testing/key-spaces.ts";
import { createListingBoard } from "../src/listing-board.ts";
import { listShard } from "../src/list-shard.ts";
import { splitShard } from "../src/split-shards.ts";
import { createRig, never, newId, type Rig, sourceOf } from "./rig.ts";

const listers = 4;
const splitters = 2;

interface Play {
  readonly keys: readonly string[];
  readonly pageKeys: number;
  readonly taskKeys: number;
  /** One life in so many calls ends. */
  readonly deathEvery: number;
  readonly seed: number;
}

const plays: Arbitrary<Play> = record({
  keys: record({
    space: constantFrom(...Object.values(keySpaces)),
    from: integer({ min: 0, max: 19_000 }),
    step: constantFrom(1, 1, 7, 41),
  }).map(({ space, from, step }) =>
    space.filter((_, at) => at >= from % 9000 && (at - from) % step === 0).slice(0, 400),
  ),
  pageKeys: constantFrom(1, 3, 10, 60),
  taskKeys: constantFrom(1, 4, 25, 1000),
  deathEvery: constantFrom(5, 20, 100, 1e9),
  seed: integer({ min: 1, max: 2 ** 31 - 2 }),
});

/** Death comes to a lister or a splitter at any call, before it is made or after it had its effect. */
class Died extends Error {}

function createChance(seed: number) {
  let state = seed;
  const below = (most: number): number => {
    state = (state * 48_271) % 0x7fffffff;
    return state % most;
  };
  return {
    below,
    async tick(): Promise<void> {
      for (let ticks = below(8); ticks > 0; ticks -= 1) await Promise.resolve();
    },
  };
}

type Chance = ReturnType<typeof createChance>;

/** The same calls, each taking a random while and now and then the last one. */
function mortal<T extends object>(real: T, chance: Chance, deathEvery: number): T {
  return new Proxy(real, {
    get: (target, name) => {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== "function") return call;
      return async (...args: unknown[]): Promise<unknown> => {
        await chance.tick();
        const death = chance.below(deathEvery);
        if (death === 0) throw new Died();
        const answer: unknown = await Reflect.apply(call, target, args);
        await chance.tick();
        if (death === 1) throw new Died();
        return answer;
      };
    },
  });
}

/** Lists a bucket with listers and splitters that work and die in a random order, until every shard is finished. */
async function listAll(
  rig: Rig,
  play: Play,
  between: () => void = () => undefined,
): Promise<{ readonly shards: number }> {
  const { id: jobId } = await rig.submit({ source: { ...someSource, prefix: "" } });
  const chance = createChance(play.seed);
  const board = createListingBoard(listers, rig.clock, () => {});
  const source = {
    listPage: (request, options) =>
      rig.source.listPage({ ...request, limit: Math.min(request.limit, play.pageKeys) }, options),
  } satisfies Pick<ObjectSource, "listPage">;
  const unfinished = async (): Promise<readonly Shard[]> => await rig.ledger.plans.shards(jobId);
  let shards = 1;
  const living = () => ({
    plans: mortal(rig.ledger.plans, chance, play.deathEvery),
    source: mortal(source, chance, play.deathEvery),
  });

  async function list(): Promise<void> {
    const left = await unfinished();
    const shard = left[chance.below(Math.max(1, left.length))];
    if (shard === undefined) return;
    const life = living();
    const entered = board.enter({ jobId, shardId: shard.id, prefix: "", source: life.source });
    const limits = { objectCountLimit: play.taskKeys, objectSizeLimit: 1 << 30 };
    const mayGoOn = async (): Promise<boolean> => {
      between();
      await chance.tick();
      return chance.below(10) > 0;
    };
    const listing = {
      jobId,
      shardId: shard.id,
      prefix: "",
      limits,
      ...life,
      newId,
      mayGoOn,
      onPlanned: () => undefined,
      watch: entered,
    };
    await listShard(listing, { signal: never }).finally(() => entered.leave());
  }

  async function split(): Promise<void> {
    const open = board.listed().filter((shard) => shard.isOpen());
    const shard = open[chance.below(Math.max(1, open.length))];
    if (shard === undefined) return await chance.tick();
    shard.hold();
    const parts = {
      plans: living().plans,
      shards: { add: async (added: readonly unknown[]) => void (shards += added.length) },
      board: board,
      newId,
    };
    await splitShard(shard, 1 + chance.below(4), parts, { signal: never }).finally(() => shard.release("split"));
  }

  const surviving = async (act: () => Promise<void>): Promise<void> => {
    for (let turns = 0; (await unfinished()).length > 0; turns += 1) {
      assert.ok(turns < 50_000, "the listing does not come to its end");
      await act().catch((error: unknown) => assert.ok(error instanceof Died, String(error)));
      await chance.tick();
    }
  };
  await Promise.all([
    ...Array.from({ length: listers }, () => surviving(list)),
    ...Array.from({ length: splitters }, () => surviving(split)),
  ]);
  return { shards };
}

const someSource = {
  provider: "s3",
  region: "eu-west-1",
  endpoint: "https://s3.eu-west-1.amazonaws.com",
  bucket: "bucket",
  credentials: { accessKeyId: "id", secretAccessKey: "secret" },
} as const;

async function plannedKeys(rig: Rig): Promise<readonly string[]> {
  const [job] = await rig.ledger.dispatch.active();
  assert.ok(job !== undefined);
  const keys: string[] = [];
  for (const pointer of await rig.ledger.dispatch.dispatch(job.jobId, 100_000)) {
    const taken = await rig.ledger.tasks.take(pointer, "test");
    if (taken.answer === "held") keys.push(...taken.manifest.objects.map(({ key }) => key));
  }
  return keys.toSorted(compareKeys);
}

describe("listing in parallel", () => {
  test("whatever the keys and whenever listers and splitters die, the shards' union is the bucket, each key once", async () => {
    let shards = 0;
    const property = asyncProperty(plays, async (play) => {
      const rig = createRig({ source: sourceOf(play.keys) });
      const listed = await listAll(rig, play);
      shards = Math.max(shards, listed.shards);
      assert.deepEqual(await plannedKeys(rig), play.keys);
    });
    await holds(property, { numRuns: 150 });
    assert.ok(shards > 10, `no listing was split more than ${shards} times`);
  });

  test("keys that come and go while a bucket is listed are listed or not; those that stay are listed once", async () => {
    const changes = record({
      play: plays,
      moves: array(integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 60 }),
    });
    const property = asyncProperty(changes, async ({ play, moves }) => {
      const source = sourceOf(play.keys);
      const rig = createRig({ source });
      const gone = new Set<string>();
      const came = new Set<string>();
      await listAll(rig, play, () => {
        const move = moves.pop();
        const key = play.keys[(move ?? 0) % play.keys.length];
        if (move === undefined || key === undefined) return;
        if (move % 2 === 0) {
          source.take(key);
          gone.add(key);
        } else {
          source.lay({ key: `${key.slice(0, 900)}+`, bytes: Buffer.from("new") });
          came.add(`${key.slice(0, 900)}+`);
        }
      });
      const planned = await plannedKeys(rig);
      assert.equal(new Set(planned).size, planned.length, "a key was listed twice");
      const stayed = play.keys.filter((key) => !gone.has(key));
      assert.deepEqual(
        planned.filter((key) => !gone.has(key) && !came.has(key)),
        stayed,
      );
      const unknown = planned.filter((key) => !came.has(key) && !play.keys.includes(key));
      assert.deepEqual(unknown, []);
    });
    await holds(property, { numRuns: 50 });
  });
});
