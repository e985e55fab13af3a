import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { ListRequest, Signalled } from "@causeway/shared/ports/object-source.ts";
import { someCredentials } from "@causeway/shared/testing/builders.ts";
import type { OpenStores } from "../src/job-stores.ts";
import { createRig, numberedKeys, type Rig, sourceOf, until } from "./rig.ts";

const keys = numberedKeys(40_000);
const { clock } = createRig();

/** Stores whose pages take a while and are noted by the access key that asked; `refused` keys get nothing any more. */
function storesByKey(rig: () => Rig) {
  const asked: string[] = [];
  const refused = new Set<string>();
  const real = sourceOf(keys);
  const openStores: OpenStores = (_, { source }) => {
    assert.ok("accessKeyId" in source);
    const { accessKeyId } = source;
    const listPage = async (request: ListRequest, options: Signalled) => {
      asked.push(accessKeyId);
      await clock.sleep(20, options);
      if (refused.has(accessKeyId)) throw new Fault("SOURCE_CREDENTIALS_EXPIRED", "permanent");
      return await real.listPage({ ...request, limit: Math.min(request.limit, 50) }, options);
    };
    return { source: { ...real, listPage }, target: rig().target };
  };
  return { asked, refused, openStores };
}

async function patch(rig: Rig, jobId: string, accessKeyId: string): Promise<void> {
  const credentials = { ...someCredentials, source: { accessKeyId, secretAccessKey: "new" } };
  const sealedCredentials = rig.seal.seal(credentials);
  await rig.ledger.jobs.change(jobId, { change: "patch", limits: undefined, weight: undefined, sealedCredentials });
}

test("credentials that are replaced while a bucket is listed are used from the next pages on, and no key is lost", async (t) => {
  const stores = storesByKey(() => rig);
  const rig = createRig({ openStores: stores.openStores });
  const master = rig.master();
  t.after(() => master.stop());
  master.start();
  const { id } = await rig.submit();
  await until("the listing is under way", () => stores.asked.length > 10);
  await patch(rig, id, "rotated");
  await until("a page is asked for by the new key", () => stores.asked.includes("rotated"));
  const first = stores.asked.indexOf("rotated");
  await until("more pages come", () => stores.asked.length > first + 100);
  const left = (await rig.ledger.jobs.counts(id))?.listingFinished;
  assert.equal(left, false, "the listing is still the one that was under way");
  // Two shards may have asked for a page each before they saw the change.
  const old = stores.asked.slice(first + 50).filter((key) => key !== "rotated");
  assert.deepEqual(old, []);
  await until("the job is listed", async () => (await rig.ledger.jobs.counts(id))?.listingFinished === true, 60_000);
  assert.equal((await rig.ledger.jobs.counts(id))?.listedObjects, keys.length);
});

test("credentials that expire the moment they are replaced pause nothing", async (t) => {
  const stores = storesByKey(() => rig);
  const rig = createRig({ openStores: stores.openStores });
  const master = rig.master();
  t.after(() => master.stop());
  master.start();
  const { id } = await rig.submit();
  await until("the listing is under way", () => stores.asked.length > 10);
  await patch(rig, id, "rotated");
  stores.refused.add("source-id");
  await until("a page is asked for by the new key", () => stores.asked.includes("rotated"));
  assert.equal((await rig.ledger.jobs.get(id))?.state, "running");
  await until("the job is listed", async () => (await rig.ledger.jobs.counts(id))?.listingFinished === true, 60_000);
  assert.equal((await rig.ledger.jobs.counts(id))?.listedObjects, keys.length);
});

test("credentials that expire between the check and the first page pause the job", async (t) => {
  const real = sourceOf(keys);
  // The check asks for one key.
  const listPage = async (request: ListRequest, options: Signalled) => {
    if (request.limit > 1) throw new Fault("SOURCE_CREDENTIALS_EXPIRED", "permanent");
    return await real.listPage(request, options);
  };
  const rig = createRig({ source: { ...real, listPage } });
  const master = rig.master();
  t.after(() => master.stop());
  master.start();
  const { id } = await rig.submit();
  await until("the job is no longer running", async () => (await rig.ledger.jobs.get(id))?.state !== "running");
  const job = await rig.ledger.jobs.get(id);
  assert.deepEqual([job?.state, job?.stateReason?.code], ["paused", "SOURCE_CREDENTIALS_EXPIRED"]);
});
