import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FaultCode } from "../domain/fault-codes.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { FailurePage } from "../ports/settle-ledger.ts";
import type { LedgerSubject } from "./ledger-subject.ts";
import {
  commitOf,
  counts,
  dispatchOne,
  finishListing,
  newId,
  outcomesOf,
  plan,
  plannedTask,
  runAll,
  settle,
  stateOf,
  submit,
  take,
  tallyOf,
} from "./ledger-steps.ts";

const two = (index: number): FaultCode | undefined =>
  index === 0 ? "SOURCE_ARCHIVED" : index === 2 ? "TARGET_REFUSED" : undefined;
const lenient = { failureLimits: { share: 1 } } as const;

async function failedJob(ledger: Ledger, tasks: number): Promise<string> {
  const jobId = await submit(ledger, lenient);
  await plan(
    ledger,
    jobId,
    Array.from({ length: tasks }, (_, at) => plannedTask(4, `${at}/`)),
  );
  await finishListing(ledger, jobId);
  await runAll(ledger, jobId, two);
  return jobId;
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

/** Takes the next task and commits it with the objects of `two` failed. */
async function commitFailed(ledger: Ledger, jobId: string): Promise<void> {
  const held = await take(ledger, await dispatchOne(ledger, jobId));
  const answer = await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held, two)));
  assert.equal(answer.answer, "counted");
}

export function examRetry(open: () => Promise<LedgerSubject>): void {
  describe("failures and retry", () => {
    test("failed objects are listed page by page, all of them or one code's", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 3);
      const all = await listAll(ledger, jobId, undefined, 100);
      assert.equal(all.length, 6);
      assert.deepEqual(await listAll(ledger, jobId, undefined, 1), all);
      assert.deepEqual(await listAll(ledger, jobId, undefined, 4), all);
      const archived = await listAll(ledger, jobId, "SOURCE_ARCHIVED", 2);
      assert.deepEqual(
        archived,
        all.filter(({ code }) => code === "SOURCE_ARCHIVED"),
      );
      assert.deepEqual(await listAll(ledger, jobId, "KEY_INVALID", 2), []);
      assert.equal(archived[0]?.message, `no ${archived[0]?.key}`);
      assert.equal(archived[0]?.attempts, 2);
    });

    test("the end of the failures is where those come that fail later", async () => {
      const { ledger } = await open();
      const jobId = await submit(ledger, lenient);
      await plan(ledger, jobId, [plannedTask(4, "a/"), plannedTask(4, "b/")]);
      const query = { code: undefined, limit: 10 };
      const none = await ledger.failures.end(jobId);
      assert.deepEqual(await ledger.failures.list(jobId, { ...query, after: none }), {
        items: [],
        next: null,
        end: none,
      });
      await commitFailed(ledger, jobId);
      const first = await ledger.failures.list(jobId, { ...query, after: none });
      assert.equal(first.items.length, 2);
      assert.equal(first.end, await ledger.failures.end(jobId));
      const cut = await ledger.failures.list(jobId, { ...query, after: none, limit: 1 });
      assert.equal(cut.end, cut.next);
      await commitFailed(ledger, jobId);
      const second = await ledger.failures.list(jobId, { ...query, after: first.end });
      assert.equal(second.items.length, 2);
      assert.ok(second.items.every(({ key }) => !first.items.some((before) => before.key === key)));
      assert.deepEqual((await ledger.failures.list(jobId, { ...query, after: second.end })).items, []);
    });

    test("retry of an ended job sets it running with exactly what failed, and subtracts it", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 3);
      await settle(ledger, jobId);
      const keys = (await listAll(ledger, jobId, undefined, 100)).map(({ key }) => key).sort();
      assert.deepEqual(await ledger.failures.retry(jobId, []), { answer: "retried", objects: 6, tasks: 6 });
      const after = await counts(ledger, jobId);
      assert.deepEqual(tallyOf(after), [6, 0, 0]);
      assert.deepEqual([after.failedTasks, after.pendingTasks, after.failuresByCode], [0, 6, {}]);
      assert.equal(await stateOf(ledger, jobId), "running");
      assert.deepEqual(await listAll(ledger, jobId, undefined, 100), []);
      assert.equal((await ledger.dispatch.active())[0]?.jobId, jobId);
      const again: string[] = [];
      for (const pointer of await ledger.dispatch.dispatch(jobId, 100)) {
        const held = await take(ledger, pointer);
        assert.deepEqual(Object.keys(held.manifest.objects[0] ?? {}).sort(), objectFields);
        again.push(...held.manifest.objects.map(({ key }) => key));
        await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held)));
      }
      assert.deepEqual(again.sort(), keys);
      await settle(ledger, jobId);
      assert.equal(await stateOf(ledger, jobId), "completed");
      const ended = await counts(ledger, jobId);
      assert.deepEqual([tallyOf(ended), ended.listedObjects], [[12, 0, 0], 12]);
    });

    test("small batches of one code become one, which is listed and retried as they were", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 3);
      const before = await listAll(ledger, jobId, undefined, 100);
      const compaction = { atLeast: 6, limits: { objectCountLimit: 1000, objectSizeLimit: 1 << 30 }, newId };
      assert.deepEqual(await ledger.failures.compact(jobId, { ...compaction, atLeast: 7 }), []);
      const merged = await ledger.failures.compact(jobId, compaction);
      assert.deepEqual(
        merged.map(({ replaced }) => replaced.length),
        [3, 3],
      );
      assert.deepEqual(await ledger.failures.compact(jobId, compaction), []);
      const after = await listAll(ledger, jobId, undefined, 1);
      assert.deepEqual(after.toSorted(byKey), before.toSorted(byKey));
      assert.deepEqual(await listAll(ledger, jobId, undefined, 100), after);
      const { failedTasks, failuresByCode } = await counts(ledger, jobId);
      assert.deepEqual([failedTasks, failuresByCode], [3, { SOURCE_ARCHIVED: 3, TARGET_REFUSED: 3 }]);
      const answer = await ledger.failures.retry(jobId, ["TARGET_REFUSED"]);
      assert.deepEqual(answer, { answer: "retried", objects: 3, tasks: 1 });
      assert.deepEqual(await ledger.failures.retry(jobId, []), { answer: "retried", objects: 3, tasks: 1 });
      const retried = await counts(ledger, jobId);
      assert.deepEqual([retried.failedTasks, retried.pendingTasks, tallyOf(retried)], [0, 2, [6, 0, 0]]);
      await runAll(ledger, jobId);
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [12, 0, 0]);
    });

    test("who reads the failures page by page while they are put together misses none", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 4);
      const all = await listAll(ledger, jobId, undefined, 100);
      const query = { code: undefined, limit: 3 };
      const first = await ledger.failures.list(jobId, { ...query, after: null });
      const limits = { objectCountLimit: 1000, objectSizeLimit: 1 << 30 };
      assert.equal((await ledger.failures.compact(jobId, { atLeast: 1, limits, newId })).length, 2);
      const rest = await ledger.failures.list(jobId, { ...query, after: first.next, limit: 100 });
      const read = new Set([...first.items, ...rest.items].map(({ key }) => key));
      assert.equal(read.size, all.length);
      assert.deepEqual(await ledger.failures.list(jobId, { ...query, after: rest.end }), {
        items: [],
        next: null,
        end: rest.end,
      });
    });

    test("what failed objects take is told, less once they are put together, and nothing once all are retried", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 8);
      const failureBytes = async (): Promise<number> => {
        const job = (await ledger.dispatch.active()).find((active) => active.jobId === jobId);
        return job?.failureBytes ?? Number.NaN;
      };
      const apart = await failureBytes();
      assert.ok(apart > 0);
      const limits = { objectCountLimit: 1000, objectSizeLimit: 1 << 30 };
      await ledger.failures.compact(jobId, { atLeast: 1, limits, newId });
      const together = await failureBytes();
      assert.ok(together > 0 && together <= apart, `${apart} bytes apart, ${together} together`);
      await ledger.failures.retry(jobId, ["SOURCE_ARCHIVED"]);
      const left = await failureBytes();
      assert.ok(left > 0 && left < together, `${left} bytes left of ${together}`);
      await ledger.failures.retry(jobId, []);
      assert.equal(await failureBytes(), 0);
    });

    test("failures of a job that does not run any more stay as they are", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 3);
      await settle(ledger, jobId);
      const limits = { objectCountLimit: 1000, objectSizeLimit: 1 << 30 };
      assert.deepEqual(await ledger.failures.compact(jobId, { atLeast: 1, limits, newId }), []);
      assert.deepEqual(await ledger.failures.compact("none", { atLeast: 1, limits, newId }), []);
    });

    test("retry of one code leaves the others", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 2);
      assert.deepEqual(await ledger.failures.retry(jobId, ["TARGET_REFUSED"]), {
        answer: "retried",
        objects: 2,
        tasks: 2,
      });
      assert.deepEqual((await counts(ledger, jobId)).failuresByCode, { SOURCE_ARCHIVED: 2 });
      assert.deepEqual(await ledger.failures.retry(jobId, ["TARGET_REFUSED"]), {
        answer: "retried",
        objects: 0,
        tasks: 0,
      });
      assert.equal((await counts(ledger, jobId)).pendingTasks, 2);
    });

    test("what fails again is listed and can be retried again", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 1);
      for (let round = 0; round < 3; round += 1) {
        await ledger.failures.retry(jobId, []);
        await runAll(ledger, jobId, () => "TARGET_REFUSED");
      }
      const after = await counts(ledger, jobId);
      assert.deepEqual(tallyOf(after), [2, 0, 2]);
      assert.deepEqual(after.failuresByCode, { TARGET_REFUSED: 2 });
    });

    test("a retry of many batches moves each once, also when two call at the same time", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 120);
      const answers = await Promise.all([ledger.failures.retry(jobId, []), ledger.failures.retry(jobId, [])]);
      const sums = answers.map((answer) => (answer.answer === "retried" ? answer.objects : 0));
      assert.equal(
        sums.reduce((a, b) => a + b),
        240,
      );
      const after = await counts(ledger, jobId);
      assert.deepEqual([tallyOf(after), after.pendingTasks], [[240, 0, 0], 240]);
      assert.equal(await ledger.failures.resumeRetry(jobId), false);
    });

    test("retry is refused while a job is cancelling or settling, and after a cancel", async () => {
      const { ledger } = await open();
      const settling = await failedJob(ledger, 1);
      assert.equal(await ledger.settling.beginSettling(settling), true);
      assert.deepEqual(await ledger.failures.retry(settling, []), { answer: "refused" });
      const jobId = await failedJob(ledger, 1);
      await ledger.jobs.change(jobId, { change: "cancel" });
      assert.deepEqual(await ledger.failures.retry(jobId, []), { answer: "refused" });
      await settle(ledger, jobId);
      assert.deepEqual(await ledger.failures.retry(jobId, []), { answer: "refused" });
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [2, 0, 2]);
    });

    test("retry of a completed job without failures changes nothing; a paused job stays paused", async () => {
      const { ledger } = await open();
      const done = await submit(ledger);
      await finishListing(ledger, done);
      await settle(ledger, done);
      assert.deepEqual(await ledger.failures.retry(done, []), { answer: "retried", objects: 0, tasks: 0 });
      assert.equal(await stateOf(ledger, done), "completed");
      const jobId = await failedJob(ledger, 1);
      await ledger.jobs.change(jobId, { change: "pause", reason: null });
      assert.deepEqual(await ledger.failures.retry(jobId, []), { answer: "retried", objects: 2, tasks: 2 });
      assert.equal(await stateOf(ledger, jobId), "paused");
      assert.equal((await counts(ledger, jobId)).pendingTasks, 2);
    });

    test("a retried task is fenced like any other", async () => {
      const { ledger } = await open();
      const jobId = await failedJob(ledger, 1);
      await ledger.failures.retry(jobId, []);
      const pointer = await dispatchOne(ledger, jobId);
      const zombie = await take(ledger, pointer);
      const held = await take(ledger, pointer);
      assert.deepEqual(await ledger.tasks.commit(zombie.task, commitOf(zombie, outcomesOf(zombie))), {
        answer: "refused",
      });
      assert.deepEqual(await ledger.tasks.commit(held.task, commitOf(held, outcomesOf(held))), { answer: "counted" });
      assert.deepEqual(tallyOf(await counts(ledger, jobId)), [3, 0, 0]);
    });
  });
}

const objectFields = ["etag", "key", "lastModifiedMs", "sizeBytes", "storageClass"];

async function listAll(
  ledger: Ledger,
  jobId: string,
  code: FaultCode | undefined,
  limit: number,
): Promise<FailurePage["items"]> {
  const items: FailurePage["items"][number][] = [];
  let after: string | null = null;
  for (let pages = 0; pages < 1000; pages += 1) {
    const page: FailurePage = await ledger.failures.list(jobId, { code, after, limit });
    assert.ok(page.items.length <= limit);
    items.push(...page.items);
    if (page.next === null) return items;
    after = page.next;
  }
  throw new Error("the list of failures has no end");
}
