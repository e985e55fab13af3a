import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { type Emulators, startEmulators } from "@causeway/emulators/start.ts";
import { type CompareRules, type Difference, compareSides } from "../src/compare/compare.ts";
import { signedHeaders } from "../src/compare/oss-signature.ts";
import { createOssSide } from "../src/compare/oss-side.ts";
import { createS3Side } from "../src/compare/s3-side.ts";
import type { Place } from "../src/compare/sides.ts";
import { seedNames } from "../src/quickstart/names.ts";
import { putSeed } from "../src/quickstart/put-seed.ts";
import { seedBody, type SeedObject, seedObjects } from "../src/quickstart/seed-objects.ts";

const signal = new AbortController().signal;
const objects = seedObjects();
let stores: Emulators;

before(async () => {
  stores = await startEmulators({
    s3: { buckets: { [seedNames.sourceBucket]: { kind: "plain" } } },
    oss: { buckets: { [seedNames.targetBucket]: { kind: "plain" } } },
  });
  await putSeed(stores.s3, objects, signal);
  for (const object of objects) await putTarget(object, seedBody(object));
});

after(() => stores.close());

function targetKey(object: SeedObject): string {
  return seedNames.targetPrefix + object.key.slice(seedNames.sourcePrefix.length);
}

/** Sends a request of any method to the OSS emulator, as the test's own hand. */
async function send(method: string, key: string, body: Buffer): Promise<void> {
  const resource = `/${seedNames.targetBucket}/${key}`;
  const signed = signedHeaders(method, resource, stores.oss, new Date());
  const path = resource.split("/").map(encodeURIComponent).join("/");
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(
      stores.oss.url,
      { method, path, headers: { ...signed, "content-length": body.length } },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
  assert.ok(status === 200 || status === 204, `${method} ${key}: ${status}`);
}

async function putTarget(object: SeedObject, body: Buffer): Promise<void> {
  await send("PUT", targetKey(object), body);
}

function place(store: Emulators["s3"], bucket: string, prefix: string): Place {
  const { url, region } = store;
  const more = { pathStyle: true, requesterPays: false, addresses: [], credentials: store };
  return { endpoint: url, region, bucket, prefix, ...more };
}

async function compared(changes: Partial<CompareRules> = {}) {
  const differences: Difference[] = [];
  const source = createS3Side(place(stores.s3, seedNames.sourceBucket, seedNames.sourcePrefix));
  const target = createOssSide(place(stores.oss, seedNames.targetBucket, seedNames.targetPrefix), stores.oss);
  const mapping = {
    sourcePrefix: seedNames.sourcePrefix,
    targetPrefix: seedNames.targetPrefix,
    stripsLeadingSlash: false,
  };
  const rules: CompareRules = { mapping, content: "hash", metadata: "skip", atATime: 4, ...changes };
  const sum = await compareSides({ source, target }, rules, (difference) => differences.push(difference), signal);
  source.close();
  target.close();
  return { sum, kinds: differences.map(({ kind, key }) => `${kind} ${key}`).sort() };
}

const whole = { sourceObjects: 42, sourceBytes: 191_048, equalObjects: 42, equalBytes: 191_048, differences: 0 };

test("the seed has 42 objects and 191,048 bytes, and both sides agree on every byte", async () => {
  assert.deepEqual(await compared(), { sum: whole, kinds: [] });
});

test("a missing, an extra, a shorter and a changed object are each told", async () => {
  const [missing, shorter, changed] = [objects[10], objects[30], objects[35]];
  assert.ok(missing && shorter && changed);
  await send("DELETE", targetKey(missing), Buffer.alloc(0));
  await putTarget(shorter, seedBody(shorter).subarray(1));
  const body = seedBody(changed);
  body[3] = (body[3] ?? 0) ^ 1;
  await putTarget(changed, body);
  await send("PUT", `${seedNames.targetPrefix}zzz-extra`, Buffer.from("x"));
  const { sum, kinds } = await compared();
  assert.deepEqual(
    kinds,
    [
      `content ${targetKey(changed)}`,
      `extra ${seedNames.targetPrefix}zzz-extra`,
      `missing ${targetKey(missing)}`,
      `size ${targetKey(shorter)}`,
    ].sort(),
  );
  assert.equal(sum.equalObjects, 39);
  assert.equal(sum.sourceObjects, 42);
  const byListing = await compared({ content: "skip" });
  assert.equal(byListing.sum.differences, 3, "a listing cannot see the changed byte");
  for (const object of [missing, shorter, changed]) await putTarget(object, seedBody(object));
  await send("DELETE", `${seedNames.targetPrefix}zzz-extra`, Buffer.alloc(0));
});

test("headers and user metadata that did not arrive are told when asked for", async () => {
  const { kinds } = await compared({ content: "skip", metadata: { dashesNames: false } });
  assert.ok(kinds.includes(`metadata ${seedNames.targetPrefix}file-000.dat`));
});

test("an object that cannot be read is told, and the rest is compared", async () => {
  const side = createS3Side(place(stores.s3, seedNames.sourceBucket, seedNames.sourcePrefix));
  const target = createOssSide(place(stores.oss, seedNames.targetBucket, seedNames.targetPrefix), stores.oss);
  const broken = { ...side, read: async () => Promise.reject(new Error("AccessDenied")) };
  const told: Difference[] = [];
  const mapping = {
    sourcePrefix: seedNames.sourcePrefix,
    targetPrefix: seedNames.targetPrefix,
    stripsLeadingSlash: false,
  };
  const rules: CompareRules = { mapping, content: "hash", metadata: "skip", atATime: 42 };
  const sum = await compareSides({ source: broken, target }, rules, (difference) => told.push(difference), signal);
  assert.equal(sum.differences, 42);
  assert.ok(told.every(({ kind, detail }) => kind === "unreadable" && detail === "AccessDenied"));
  side.close();
  target.close();
});

test("an OSS endpoint by name is asked at its pinned address, with the bucket in front of the host", async () => {
  const { port } = new URL(stores.oss.url);
  const pinned: Place = {
    ...place(stores.oss, seedNames.targetBucket, seedNames.targetPrefix),
    endpoint: `http://oss-${stores.oss.region}-internal.aliyuncs.com:${port}`,
    addresses: ["127.0.0.1"],
  };
  const target = createOssSide(pinned, stores.oss);
  const listed = await Array.fromAsync(target.list(signal));
  assert.equal(listed.length, 42);
  target.close();
});
