import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { createS3Source } from "@causeway/shared/adapters/s3/s3-source.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createListingPaces } from "../src/listing-pace.ts";
import { pagesOf } from "../src/pages.ts";
import { patientSource } from "../src/patient-source.ts";
import { unwatchedStore } from "../src/patience.ts";
import { never } from "./rig.ts";

const pages = 60;

/** A store in a thread of its own, so that it notes when a request comes while the lister's thread reads a page. */
const store = `
const { createServer } = require("node:http");
const { parentPort } = require("node:worker_threads");
const now = () => performance.timeOrigin + performance.now();
const keyOf = (number) => String(number).padStart(8, "0") + "%20" + "k".repeat(900);
createServer((request, response) => {
  const after = new URL(request.url, "http://store").searchParams.get("start-after");
  const first = after === null ? 0 : Number(after.slice(0, 8)) + 1;
  parentPort.postMessage({ page: first / 1000, atMs: now() });
  const contents = Array.from({ length: 1000 }, (_, at) => "<Contents><Key>" + keyOf(first + at) +
    "</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>");
  const more = first / 1000 < ${pages - 1};
  response.end("<?xml version=\\"1.0\\"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>" + more +
    "</IsTruncated>" + contents.join("") + "</ListBucketResult>");
}).listen(0, "127.0.0.1", function () { parentPort.postMessage({ port: this.address().port }); });
`;

test("the request for the next page is at the store while the present one is still being read", async (t) => {
  const thread = new Worker(store, { eval: true });
  t.after(() => thread.terminate());
  const [{ port }] = (await once(thread, "message")) as [{ readonly port: number }];
  const cameMs = new Map<number, number>();
  thread.on("message", ({ page, atMs }: { readonly page: number; readonly atMs: number }) => cameMs.set(page, atMs));
  const source = createS3Source({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket: "bucket",
    pathStyle: true,
    requesterPays: false,
    connections: 4,
    credentials: async () => ({ accessKeyId: "a", secretAccessKey: "s" }),
  });
  t.after(() => source.close());
  const clock = createSystemClock();
  const paced = patientSource(createListingPaces(16, clock).paced("job", source), {
    clock,
    watch: unwatchedStore,
  });
  const readMs: number[] = [];
  const listing = pagesOf(paced, { after: undefined, before: undefined, prefix: "" }, { signal: never });
  for (let page = await listing.next(); page !== undefined; page = await listing.next()) {
    assert.equal(page.length, 1000);
    readMs.push(performance.timeOrigin + performance.now());
    // A lister that plans leaves the answer time to come, so that the next page is awaited no sooner than it is read.
    await clock.sleep(5, { signal: never });
  }
  assert.equal(readMs.length, pages);
  const early = readMs.filter((read, page) => (cameMs.get(page + 1) ?? Infinity) < read).length;
  assert.ok(early > 0, `of ${pages} requests ${early} came before the page before them was read`);
});
