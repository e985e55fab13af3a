import assert from "node:assert/strict";
import { test } from "node:test";
import { startEmulators } from "@causeway/emulators/start.ts";
import { createS3Source } from "@causeway/shared/adapters/s3/s3-source.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createListingPace } from "../../services/master/src/listing-pace.ts";
import { pagesOf } from "../../services/master/src/pages.ts";
import { probedSource } from "../../services/master/src/patient-source.ts";

const { signal } = new AbortController();
const lanes = 16;
const keysOfLane = 10_000;

test("a source that throttles is asked for fewer pages at once, then for more again, and every key is listed", async (t) => {
  const objects = lanes * keysOfLane;
  const stores = await startEmulators({ s3: { buckets: { many: { kind: "synthetic", objects } } } });
  t.after(() => stores.close());
  const { url, region, accessKeyId, secretAccessKey } = stores.s3;
  const source = createS3Source({
    endpoint: url,
    region,
    bucket: "many",
    pathStyle: true,
    requesterPays: false,
    connections: lanes * 2,
    credentials: async () => ({ accessKeyId, secretAccessKey }),
  });
  t.after(() => source.close());
  const clock = createSystemClock();
  const pace = createListingPace(lanes, clock);
  const limits: number[] = [];
  const watched = {
    listPage: async (...asked: Parameters<typeof source.listPage>) => {
      limits.push(pace.limit());
      return await source.listPage(...asked);
    },
  };
  // As many as are under way at once are refused, then one refusal after the other.
  stores.s3.setFaults({ rules: [{ operation: "ListObjectsV2", fault: "503", fromRequest: 30, times: 24 }] });
  const paced = probedSource(pace.paced(watched), clock);
  const listed = await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const range = {
        after: lane === 0 ? undefined : keyAt(lane * keysOfLane - 1),
        before: keyAt((lane + 1) * keysOfLane - 1),
        prefix: "",
      };
      let keys = 0;
      const pages = pagesOf(paced, range, { signal });
      for (let page = await pages.next(); page !== undefined; page = await pages.next()) keys += page.length;
      return keys;
    }),
  );
  assert.deepEqual(listed, Array<number>(lanes).fill(keysOfLane));
  const least = Math.min(...limits);
  assert.ok(least <= lanes / 2, `never fewer than ${least} pages were asked for at once`);
  assert.ok(pace.limit() > least, `${pace.limit()} at the end, as few as at its least`);
});

function keyAt(at: number): string {
  return `object-${String(at).padStart(11, "0")}`;
}
