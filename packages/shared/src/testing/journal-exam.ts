import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { Outcome } from "../domain/outcome.ts";
import type { Journal } from "../ports/journal.ts";
import { copiedOutcome, someObject } from "./builders.ts";

const { signal } = new AbortController();
const options = { signal };
const job = "job-1";
const task = (digit: string) => digit.repeat(32);

function outcomes(keys: readonly string[]): Outcome[] {
  return keys.map((key, index) => copiedOutcome(someObject({ key }), index));
}

async function read(journal: Journal, jobId = job): Promise<Outcome[]> {
  return await Array.fromAsync(journal.read(jobId, options));
}

async function keysOf(journal: Journal): Promise<string[]> {
  return (await read(journal)).map(({ key }) => key).toSorted();
}

/** What every journal does, whatever it lies on. */
export function journalExam(name: string, open: (t: TestContext) => Promise<Journal>): void {
  describe(`journal on ${name}`, () => {
    test("outcomes of indexed parts are read back as they were written", async (t) => {
      const journal = await open(t);
      const [copied] = outcomes(['emoji 😀, "quotes"\nand a line break']);
      assert.ok(copied !== undefined);
      const base = { index: 1, sizeBytes: 0, sourceEtag: "e", attempts: 2, atMs: Date.UTC(2026, 0, 1, 1, 2, 3, 4) };
      const written: Outcome[] = [
        copied,
        { ...base, state: "skipped", key: "s", targetKey: "t", because: "already-there" },
        { ...base, state: "failed", index: 2, key: "f", code: "SOURCE_ARCHIVED", message: "said so" },
      ];
      await journal.appendIndex(job, [await journal.writePart(job, task("a"), written, options)], options);
      assert.deepEqual(await read(journal), written);
    });

    test("a part that is in no index is not read", async (t) => {
      const journal = await open(t);
      await journal.writePart(job, task("a"), outcomes(["zombie"]), options);
      assert.deepEqual(await read(journal), []);
      const part = await journal.writePart(job, task("b"), outcomes(["committed"]), options);
      await journal.appendIndex(job, [part], options);
      assert.deepEqual(await keysOf(journal), ["committed"]);
    });

    test("the same outcomes written twice are one part, other outcomes of the task another", async (t) => {
      const journal = await open(t);
      const first = await journal.writePart(job, task("a"), outcomes(["x"]), options);
      assert.equal(await journal.writePart(job, task("a"), outcomes(["x"]), options), first);
      const second = await journal.writePart(job, task("a"), outcomes(["x", "y"]), options);
      assert.notEqual(second, first);
      await journal.appendIndex(job, [second], options);
      assert.deepEqual(await keysOf(journal), ["x", "y"]);
    });

    test("a name that is indexed twice, alone or among others, is read once", async (t) => {
      const journal = await open(t);
      const a = await journal.writePart(job, task("a"), outcomes(["a"]), options);
      const b = await journal.writePart(job, task("b"), outcomes(["b"]), options);
      await journal.appendIndex(job, [a], options);
      await journal.appendIndex(job, [a], options);
      await journal.appendIndex(job, [a, b], options);
      await journal.appendIndex(job, [], options);
      assert.deepEqual(await keysOf(journal), ["a", "b"]);
    });

    test("jobs are apart, and removing one leaves nothing of it and all of the others", async (t) => {
      const journal = await open(t);
      for (const jobId of ["job-1", "job-2"]) {
        const part = await journal.writePart(jobId, task("a"), outcomes([jobId]), options);
        await journal.appendIndex(jobId, [part], options);
      }
      await journal.remove("job-1", options);
      await journal.remove("job-1", options);
      assert.deepEqual(await read(journal, "job-1"), []);
      assert.equal((await read(journal, "job-2")).length, 1);
    });

    test("an id that climbs out of the folder is refused", async (t) => {
      const journal = await open(t);
      await assert.rejects(journal.writePart("../x", task("a"), [], options), /not a job's id/);
      await assert.rejects(journal.appendIndex(job, ["../../etc/passwd"], options), /not a journal part's name/);
    });

    test("a journal that can be written passes its check and keeps nothing of it", async (t) => {
      const journal = await open(t);
      await journal.check(options);
      assert.deepEqual(await read(journal), []);
    });
  });
}
