import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ListRequest, Signalled } from "@causeway/shared/ports/object-source.ts";
import { createRig, never, numberedKeys, sourceOf, until } from "./rig.ts";

/** A source that takes its time for each page, and counts how many it is asked for at once. */
function slowSource(keys: readonly string[], clock: ReturnType<typeof createRig>["clock"]) {
  const real = sourceOf(keys);
  const asked = { now: 0, most: 0 };
  const listPage = async (request: ListRequest, options: Signalled) => {
    asked.now += 1;
    asked.most = Math.max(asked.most, asked.now);
    try {
      await clock.sleep(30, options);
      return await real.listPage({ ...request, limit: Math.min(request.limit, 100) }, options);
    } finally {
      asked.now -= 1;
    }
  };
  return { source: { ...real, listPage }, asked };
}

const { clock } = createRig();

describe("masters that list together", () => {
  test("one bucket without folders is listed by all slots at once, every key once", async (t) => {
    const keys = numberedKeys(30_000);
    const { source, asked } = slowSource(keys, clock);
    const rig = createRig({ source });
    const masters = [rig.master(), rig.master()];
    t.after(() => Promise.all(masters.map((master) => master.stop())));
    for (const master of masters) master.start();
    const { id } = await rig.submit();
    await until("the job is listed", async () => (await rig.ledger.jobs.counts(id))?.listingFinished === true, 60_000);
    assert.equal((await rig.ledger.jobs.counts(id))?.listedObjects, keys.length);
    assert.ok(asked.most >= 4, `at most ${asked.most} pages were asked for at once`);
  });

  test("nobody looks at a job before its first page is planned", async (t) => {
    const real = sourceOf(numberedKeys(3000));
    const asked: number[] = [];
    const firstPage = Promise.withResolvers<void>();
    const listPage = async (request: ListRequest, options: Signalled) => {
      asked.push(request.limit);
      if (asked.length === 2) await firstPage.promise;
      return await real.listPage(request, options);
    };
    const rig = createRig({ source: { ...real, listPage } });
    const masters = [rig.master(), rig.master()];
    t.after(() => Promise.all(masters.map((master) => master.stop())));
    for (const master of masters) master.start();
    const { id } = await rig.submit();
    await until("the first page is asked for", () => asked.length === 2);
    // An idle master looks at the others' shards once a second.
    await clock.sleep(2500, { signal: never });
    assert.deepEqual(asked, [1, 1000]);
    firstPage.resolve();
    await until("the job is listed", async () => (await rig.ledger.jobs.counts(id))?.listingFinished === true);
  });

  test("a master that comes later takes its share of a listing that is under way", async (t) => {
    const keys = numberedKeys(60_000);
    const { source, asked } = slowSource(keys, clock);
    const rig = createRig({ source });
    const first = rig.master();
    t.after(() => first.stop());
    first.start();
    const { id } = await rig.submit();
    await until("the first one is busy", async () => ((await rig.ledger.jobs.counts(id))?.listedObjects ?? 0) > 3000);
    const second = rig.master();
    t.after(() => second.stop());
    second.start();
    asked.most = 0;
    await until("more is listed at once", () => asked.most >= 4, 30_000);
  });

  test("a small job behind a huge one is listed while the huge one goes on", async (t) => {
    const huge = numberedKeys(200_000, "source_folder/");
    const { source } = slowSource([...huge, ...numberedKeys(50, "small/")], clock);
    const rig = createRig({ source });
    const master = rig.master();
    t.after(() => master.stop());
    master.start();
    const { id } = await rig.submit();
    await until(
      "the huge job is under way",
      async () => ((await rig.ledger.jobs.counts(id))?.listedObjects ?? 0) > 2000,
    );
    const spec = (await rig.ledger.jobs.get(id))?.spec;
    assert.ok(spec !== undefined);
    const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
    const small = await rig.submit({
      name: "small",
      source: { ...spec.source, prefix: "small/", credentials },
      target: { ...spec.target, prefix: "small/", credentials },
    });
    await until("the small one is listed", async () => {
      return (await rig.ledger.jobs.counts(small.id))?.listingFinished === true;
    });
    assert.equal((await rig.ledger.jobs.counts(id))?.listingFinished, false);
  });
});
