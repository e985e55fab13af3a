import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";

import { gather } from "@causeway/emulators/core/body.ts";
import type { Emulator, Emulators } from "@causeway/emulators/start.ts";

import { parseJournalUrl } from "../src/adapters/journal/place.ts";
import { Fault } from "../src/domain/fault.ts";
import type { Outcome } from "../src/domain/outcome.ts";
import { copiedOutcome, someObject, someObjects } from "../src/testing/builders.ts";
import { journalExam } from "../src/testing/journal-exam.ts";
import { openJournal } from "../src/wiring/journal.ts";
import { openStores, sourceBucket, targetBucket } from "./stores.ts";

type Side = "oss" | "s3";

const options = { signal: AbortSignal.timeout(60_000) };
const task = "a".repeat(32);
const bucketOf = { oss: targetBucket, s3: sourceBucket } as const;

function journalIn(side: Side, emulator: Emulator, key = emulator.secretAccessKey) {
  const style = side === "s3" ? "&pathStyle=true" : "";
  const url = `${side}://${bucketOf[side]}/our/journal?region=${emulator.region}&endpoint=${emulator.url}${style}`;
  const parsed = parseJournalUrl(url);
  if ("fault" in parsed) throw new Error(parsed.fault);
  const network = { caFile: undefined, httpsProxy: undefined, noProxy: [] };
  const keys = { accessKeyId: emulator.accessKeyId, secretAccessKey: key };
  return openJournal({ place: parsed.place, ...keys, env: {}, ...network });
}

async function open(t: TestContext, side: Side): Promise<{ stores: Emulators; emulator: Emulator }> {
  const stores = await openStores();
  t.after(() => stores.close());
  return { stores, emulator: stores[side] };
}

async function keysIn(side: Side, emulator: Emulator): Promise<string[]> {
  const store = emulator.stores.get(bucketOf[side])?.store;
  const found = (await store?.list({ prefix: "", after: undefined, limit: 1000 })) ?? [];
  return found.map(({ key }) => key);
}

for (const side of ["oss", "s3"] as const) {
  journalExam(`${side}://`, async (t) => {
    const { emulator } = await open(t, side);
    const journal = journalIn(side, emulator);
    t.after(() => journal.close());
    return journal;
  });

  describe(`journal in a bucket of ${side}`, () => {
    test("two masters that index at the same time lose nothing, and all lies below the prefix", async (t) => {
      const { emulator } = await open(t, side);
      const [one, other] = [journalIn(side, emulator), journalIn(side, emulator)];
      t.after(async () => void (await Promise.all([one.close(), other.close()])));
      const ids = Array.from({ length: 40 }, (_, n) => n.toString(16).padStart(32, "0"));
      const names = await Promise.all(
        ids.map((id, n) => one.writePart("job-1", id, [copiedOutcome(someObject({ key: `k${n}` }))], options)),
      );
      await Promise.all([
        ...names.map((name) => one.appendIndex("job-1", [name], options)),
        ...names.map((_, n) => other.appendIndex("job-1", names.slice(0, n + 1), options)),
      ]);
      const read = await Array.fromAsync(other.read("job-1", options));
      assert.equal(read.length, 40);
      assert.equal(new Set(read.map(({ key }) => key)).size, 40);
      const keys = await keysIn(side, emulator);
      assert.ok(keys.length > 80 && keys.every((key) => key.startsWith("our/journal/job-1/")));
      await one.remove("job-1", options);
      assert.deepEqual(await keysIn(side, emulator), []);
    });

    test("a wrong key is a fault of the journal that names the bucket, never one of an object", async (t) => {
      const { emulator } = await open(t, side);
      const journal = journalIn(side, emulator, "wrong");
      t.after(() => journal.close());
      await assert.rejects(journal.check(options), (error) => {
        assert.ok(error instanceof Fault);
        assert.deepEqual([error.code, error.kind], ["JOURNAL_FAILED", "path"]);
        assert.match(error.said ?? "", new RegExp(`${side}://${bucketOf[side]}/our/journal/: SignatureDoesNotMatch`));
        return true;
      });
    });
  });
}

test("every line of a part is one flat JSON object, so that DuckDB reads all of them as one table", async (t) => {
  const { emulator } = await open(t, "oss");
  const journal = journalIn("oss", emulator);
  t.after(() => journal.close());
  const base = { sizeBytes: 1, sourceEtag: "e", attempts: 1, atMs: 0 };
  const outcomes: Outcome[] = [
    ...someObjects(3).map((object, index) => copiedOutcome(object, index)),
    { ...base, state: "skipped", index: 3, key: "s", targetKey: "t", because: "already-there" },
    { ...base, state: "failed", index: 4, key: "f\n", code: "SOURCE_ARCHIVED", message: "said so" },
  ];
  await journal.writePart("job-1", task, outcomes, options);
  const store = emulator.stores.get(targetBucket)?.store;
  const [key = ""] = await keysIn("oss", emulator);
  assert.match(key, /^our\/journal\/job-1\/parts\/aa\/[0-9a-f-]{65}\.ndjson\.gz$/);
  const found = await store?.stat(key);
  assert.ok(store !== undefined && found !== undefined);
  const packed = await gather(store.read(key, 0, found.sizeBytes), found.sizeBytes);
  const lines = gunzipSync(packed).toString().trimEnd().split("\n");
  assert.equal(lines.length, outcomes.length);
  for (const line of lines) {
    const values = Object.values(JSON.parse(line) as Record<string, unknown>);
    assert.ok(values.every((value) => typeof value === "string" || typeof value === "number"));
  }
});
