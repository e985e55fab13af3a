import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { TaskPointer } from "../../domain/task.ts";
import { createMemoryTaskQueue } from "./task-queue.ts";

const pointer = (digit: string): TaskPointer => ({ version: 1, jobId: "j", taskId: digit.repeat(32), run: 1 });

test("a pointer that waits is not added twice, and one that is done may be added again", async () => {
  const queue = createMemoryTaskQueue();
  await queue.add([pointer("a"), pointer("a")]);
  assert.equal(await queue.waiting(), 1);
  const seen: string[] = [];
  const consumer = queue.consumer({ concurrency: 1 });
  consumer.start(async ({ taskId }) => {
    seen.push(taskId);
    return "done";
  });
  await turn();
  await queue.add([pointer("a")]);
  await turn();
  assert.equal(seen.length, 2);
  await consumer.stop("drain");
});

test("a consumer takes no more at once than its concurrency, and nothing while it is paused", async () => {
  const queue = createMemoryTaskQueue();
  await queue.add(["a", "b", "c"].map(pointer));
  const releases: (() => void)[] = [];
  const consumer = queue.consumer({ concurrency: 2 });
  consumer.start(() => new Promise((resolve) => releases.push(() => resolve("done"))));
  assert.equal(releases.length, 2);
  await consumer.pause();
  for (const release of releases) release();
  await turn();
  assert.equal(await queue.waiting(), 1);
  consumer.resume();
  assert.equal(releases.length, 3);
  releases[2]?.();
  await consumer.stop("drain");
  await queue.add([pointer("d")]);
  assert.equal(await queue.waiting(), 1);
});

test("a hard stop aborts the handlers' signals and a handler that throws takes nothing down", async () => {
  const queue = createMemoryTaskQueue();
  await queue.add([pointer("a"), pointer("b")]);
  const consumer = queue.consumer({ concurrency: 2 });
  let fresh = true;
  consumer.start(async ({ taskId }, hold) => {
    if (taskId.startsWith("a")) throw new Error("defect");
    await new Promise<void>((resolve) => hold.signal.addEventListener("abort", () => resolve()));
    fresh = hold.isFresh();
    return "left";
  });
  await turn();
  await consumer.stop("hard");
  assert.equal(fresh, false);
});
