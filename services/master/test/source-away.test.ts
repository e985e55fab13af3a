import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { ListRequest, Signalled } from "@causeway/shared/ports/object-source.ts";
import { createRig, numberedKeys, sourceOf, until } from "./rig.ts";

test("a job whose source is away in the middle of its listing keeps no lister from another job, and goes on when it is back", async (t) => {
  const keys = numberedKeys(20_000);
  const real = sourceOf(keys);
  let isAway = false;
  const listPage = async (request: ListRequest, options: Signalled) => {
    if (isAway) throw new Fault("SOURCE_UNREACHABLE", "path");
    await rig.clock.sleep(20, options);
    return await real.listPage({ ...request, limit: Math.min(request.limit, 200) }, options);
  };
  const rig = createRig({
    openStores: ({ name }) => ({
      source: name === "away" ? { ...real, listPage } : sourceOf(numberedKeys(10)),
      target: rig.target,
    }),
  });
  const master = rig.master();
  t.after(() => master.stop());
  const { id } = await rig.submit({ name: "away" });
  master.start();
  await until("every lister has a shard of it", async () => (await rig.ledger.plans.shards(id)).length > 1);
  isAway = true;
  const other = await rig.submit({ name: "here" });
  const listed = async (jobId: string) => (await rig.ledger.jobs.counts(jobId))?.listingFinished === true;
  await until("the other job is listed", () => listed(other.id), 60_000);
  assert.equal(await listed(id), false);
  isAway = false;
  await until("the first one too", () => listed(id), 60_000);
  assert.equal((await rig.ledger.jobs.counts(id))?.listedObjects, keys.length);
});
