import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "node:test";
import { createBusyShare } from "./busy-share.ts";

test("an event loop that computes is busy, one that waits is not; each answer is about the time since the last one", async () => {
  // Before the loop has turned once it has no time of its own.
  await wait(1);
  const busyShare = createBusyShare();
  const untilMs = performance.now() + 100;
  while (performance.now() < untilMs) continue;
  await wait(1);
  const computing = busyShare();
  await wait(300);
  const waiting = busyShare();
  assert.ok(computing > waiting, `computing ${computing}, waiting ${waiting}`);
  assert.ok(waiting >= 0 && computing <= 1);
});
