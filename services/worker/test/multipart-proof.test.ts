import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpecInput } from "@causeway/shared/domain/job-spec.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import { noisyBytes } from "./testing/noise.ts";
import { createTestHold, createWorld, noSignal, type World, type WorldOptions } from "./testing/world.ts";

const key = "source_folder/large";
const targetKey = "destination_folder/large";
/** The source's own parts: neither the job's size nor a multiple of it. */
const partBytes = 150_000;
const bytes = noisyBytes(20 * partBytes - 7, 1);
const regular = [...Array.from({ length: 19 }, () => partBytes), partBytes - 7];

const partSize = 102_400;
/** Each row: a way of copying, and how many parts are at the target where the source's boundaries are not taken. */
const ways = {
  "in one task": { multipartThreshold: partSize, spreadThreshold: 2 ** 40, partSize },
  "spread over the fleet": { multipartThreshold: partSize, spreadThreshold: partSize, partSize },
  "below multipartThreshold": { multipartThreshold: 2 ** 30, spreadThreshold: 2 ** 40, partSize },
} as const satisfies Readonly<Record<string, JobSpecInput["largeObjects"]>>;

/** Copies the one object, uploaded in these parts, until nothing is left to do. */
async function copy(partsBytes: readonly number[], options: WorldOptions): Promise<World> {
  const world = createWorld(options);
  world.source.lay({ key, bytes, partsBytes });
  const page = await world.source.listPage({ after: undefined, prefix: "source_folder/", limit: 10 }, noSignal);
  let pointer = await world.plan(page.objects);
  const worker = world.worker();
  for (let turn = 0; turn < 200; turn += 1) {
    await worker.runTask(pointer, createTestHold());
    const [next] = await world.ledger.dispatch.dispatch(world.jobId, 1);
    if (next === undefined) return world;
    pointer = next;
  }
  return assert.fail("it does not come to an end");
}

/** Reads pass through, but for those that start at byte `first`: `times` of them have one byte flipped. */
const flipping =
  (first: number, times: number) =>
  (real: ObjectSource): ObjectSource => {
    let left = times;
    return {
      ...real,
      async read(request, options) {
        const body = await real.read(request, options);
        if ((request.range?.first ?? 0) !== first || left === 0) return body;
        left -= 1;
        async function* flipped() {
          let isFirst = true;
          for await (const chunk of body.chunks) {
            const copied = Uint8Array.from(chunk);
            if (isFirst) copied[9] = (copied[9] ?? 0) ^ 1;
            isFirst = false;
            yield copied;
          }
        }
        return { ...body, chunks: flipped(), whole: undefined };
      },
    };
  };

const proofOf = async (world: World): Promise<string | undefined> => {
  const [outcome] = await world.outcomes();
  return outcome?.state === "copied" ? outcome.proof : outcome?.state;
};

for (const [way, largeObjects] of Object.entries(ways)) {
  const spec = { largeObjects, sourceProof: "md5" } as const;

  test(`${way}, an object in parts is read part by part as it was uploaded, and its ETag proves it`, async () => {
    const ranges = new Set<number>();
    const source = (real: ObjectSource): ObjectSource => ({
      ...real,
      read: (request, options) => {
        ranges.add(request.range?.first ?? -1);
        return real.read(request, options);
      },
    });
    const world = await copy(regular, { spec, source });
    assert.deepEqual(
      [...ranges].toSorted((a, b) => a - b),
      regular.map((_, at) => at * partBytes),
    );
    assert.equal(await proofOf(world), "multipart-md5");
    assert.deepEqual(Buffer.from(world.target.held(targetKey)?.bytes ?? []), Buffer.from(bytes));
  });

  test(`${way}, a byte flipped in one part of many costs an attempt`, async () => {
    const world = await copy(regular, { spec, source: flipping(3 * partBytes, 1) });
    assert.equal(await proofOf(world), "multipart-md5");
    assert.deepEqual(Buffer.from(world.target.held(targetKey)?.bytes ?? []), Buffer.from(bytes));
  });

  test(`${way}, a byte that is flipped each time fails the object, and nothing is completed`, async () => {
    const world = await copy(regular, { spec, source: flipping(3 * partBytes, 1000) });
    assert.deepEqual((await world.counts()).failuresByCode, { SOURCE_CHECKSUM_MISMATCH: 1 });
    assert.deepEqual(world.target.keys(), []);
  });

  test(`${way}, an object whose parts differ in size is copied without that proof`, async () => {
    // The first and the number of them fit a regular cut.
    const odd = regular.with(1, partBytes + 1).with(2, partBytes - 1);
    const world = await copy(odd, { spec });
    assert.equal(await proofOf(world), "none");
    assert.deepEqual(Buffer.from(world.target.held(targetKey)?.bytes ?? []), Buffer.from(bytes));
  });
}

const tellsNoParts = (real: ObjectSource): ObjectSource => ({ ...real, part: async () => undefined });

test("a source that does not tell its parts is copied without that proof", async () => {
  const spec = { largeObjects: ways["in one task"], sourceProof: "md5" } as const;
  const world = await copy(regular, { spec, source: tellsNoParts });
  assert.equal(await proofOf(world), "none");
});

test("auto computes no MD5 of parts: a flipped byte goes unseen, and the journal says so", async () => {
  const spec = { largeObjects: ways["in one task"] };
  const world = await copy(regular, { spec, source: flipping(0, 1) });
  assert.equal(await proofOf(world), "none");
  assert.notDeepEqual(Buffer.from(world.target.held(targetKey)?.bytes ?? []), Buffer.from(bytes));
});
