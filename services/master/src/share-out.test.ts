import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { array, assert as holds, integer, property, record } from "fast-check";
import { type Credits, shareOut } from "./share-out.ts";

const none: Credits = new Map();
const job = (jobId: string, weight: number, pendingTasks: number) => ({ jobId, weight, pendingTasks });

describe("sharing the queue among jobs", () => {
  test("places go by weight", () => {
    const { tasks } = shareOut([job("a", 2, 100), job("b", 1, 100)], 30, none);
    assert.deepEqual(Object.fromEntries(tasks), { a: 20, b: 10 });
  });

  test("with one place at a time the weights hold over time", () => {
    const count = { a: 0, b: 0 };
    let credits = none;
    for (let round = 0; round < 30; round += 1) {
      const shares = shareOut([job("a", 2, 100), job("b", 1, 100)], 1, credits);
      ({ credits } = shares);
      count.a += shares.tasks.get("a") ?? 0;
      count.b += shares.tasks.get("b") ?? 0;
    }
    assert.deepEqual(count, { a: 20, b: 10 });
  });

  test("a small job beside a huge one gets its places at once", () => {
    const { tasks } = shareOut([job("huge", 1, 1_000_000), job("small", 1, 3)], 8, none);
    assert.deepEqual(Object.fromEntries(tasks), { huge: 5, small: 3 });
  });

  test("a job that was alone for long has saved nothing against one that comes", () => {
    let credits = none;
    for (let round = 0; round < 100; round += 1) ({ credits } = shareOut([job("a", 1, 100)], 10, credits));
    const { tasks } = shareOut([job("a", 1, 100), job("b", 1, 100)], 10, credits);
    assert.deepEqual(Object.fromEntries(tasks), { a: 5, b: 5 });
  });

  test("no place stays empty while tasks are pending, none is given twice", () => {
    const jobs = array(record({ weight: integer({ min: 1, max: 100 }), pendingTasks: integer({ min: 0, max: 20 }) }), {
      maxLength: 8,
    });
    holds(
      property(jobs, integer({ min: -2, max: 60 }), (given, free) => {
        const sharers = given.map((one, index) => ({ ...one, jobId: `job-${index}` }));
        const { tasks } = shareOut(sharers, free, none);
        const pending = sharers.reduce((sum, { pendingTasks }) => sum + pendingTasks, 0);
        const shared = [...tasks.values()].reduce((sum, count) => sum + count, 0);
        assert.equal(shared, Math.max(0, Math.min(free, pending)));
        for (const { jobId, pendingTasks } of sharers) assert.ok((tasks.get(jobId) ?? 0) <= pendingTasks);
      }),
    );
  });
});
