import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createFeeder } from "./feeder.ts";
import { createScheduler, type Pass } from "./scheduler.ts";

const never = new AbortController().signal;

/** A feeder over a real scheduler; every object holds a connection until it is told to end, to the source until it is told to pass. */
function open(connections: number, atOnce = 64) {
  const scheduler = createScheduler({ connections, memoryBytes: 1_000_000, busyShare: () => 0 }, createManualClock());
  const feeder = createFeeder({ scheduler, atOnce });
  const begun: string[] = [];
  const ends: ((reason?: Error) => void)[] = [];
  const passes: Pass[] = [];
  const copy = (name: string) => async (index: number) => {
    begun.push(`${name}${index}`);
    await scheduler.hold({ lane: "small", bytes: 1 }, never, (pass) => {
      passes.push(pass);
      return new Promise<void>((resolve, reject) => ends.push((reason) => (reason ? reject(reason) : resolve())));
    });
  };
  /** `a` and `a'` are tasks of one job. */
  const feed = (name: string, objects: number, isOver = () => false) =>
    feeder.feed({ jobId: name.slice(0, 1), indexes: Array(objects).keys(), copy: copy(name), isOver });
  return { scheduler, begun, ends, passes, feed };
}

async function settle(): Promise<void> {
  for (let n = 0; n < 30; n += 1) await turn();
}

test("a few more objects are begun than there are connections, however many there are", async () => {
  const { scheduler, begun, ends, feed } = open(4);
  const fed = feed("a", 100);
  await settle();
  assert.equal(begun.length, 4 + 8);
  assert.equal(scheduler.waiting("small"), 8);
  for (let n = 0; n < 100; n += 1) {
    await settle();
    ends.shift()?.();
  }
  await fed;
  assert.equal(begun.length, 100);
});

test("jobs take turns: a small one beside a large one is not kept waiting", async () => {
  const { begun, ends, feed } = open(4);
  const large = feed("a", 60);
  const small = feed("b", 3);
  await settle();
  assert.deepEqual(begun.slice(0, 6), ["a0", "b0", "a1", "b1", "a2", "b2"]);
  for (let n = 0; n < 63; n += 1) {
    ends.shift()?.();
    await settle();
  }
  await Promise.all([large, small]);
});

test("a job's tasks go one behind the other, so that they end at different times", async () => {
  const { begun, ends, feed } = open(4);
  const first = feed("a", 6);
  const second = feed("a'", 9);
  await settle();
  assert.deepEqual(begun, ["a0", "a1", "a2", "a3", "a4", "a5", "a'0", "a'1", "a'2", "a'3", "a'4", "a'5"]);
  for (let n = 0; n < 15; n += 1) {
    ends.shift()?.();
    await settle();
  }
  await Promise.all([first, second]);
});

test("a burst of ends is followed by as many beginnings in the next turn", async () => {
  const { begun, ends, feed } = open(40);
  const fed = feed("a", 200);
  await settle();
  assert.equal(begun.length, 48);
  for (const end of ends.splice(0)) end();
  await turn();
  await turn();
  assert.ok(begun.length >= 80, `${begun.length} were begun`);
  for (let n = 0; n < 200; n += 1) {
    ends.shift()?.();
    await settle();
  }
  await fed;
});

test("once a task is over none of its objects is begun, and it ends when the last one is settled", async () => {
  let isOver = false;
  const { begun, ends, feed } = open(2);
  const fed = feed("a", 50, () => isOver);
  await settle();
  isOver = true;
  const before = begun.length;
  for (let n = 0; n < before; n += 1) {
    ends.shift()?.();
    await settle();
  }
  await fed;
  assert.equal(begun.length, before);
});

test("a task that is over ends at once, also behind others of its job that go on", async () => {
  let isOver = false;
  const { begun, ends, feed } = open(2);
  const first = feed("a", 50);
  const second = feed("a'", 50, () => isOver);
  await settle();
  isOver = true;
  ends.shift()?.();
  await second;
  assert.ok(begun.every((name) => !name.startsWith("a'")));
  for (let n = 0; n < 49; n += 1) {
    await settle();
    ends.shift()?.();
  }
  await first;
});

test("connections that large objects hold are not waited for by a crowd of small ones", async () => {
  const { scheduler, begun, feed } = open(40);
  for (let n = 0; n < 30; n += 1) {
    void scheduler.hold({ lane: "large", bytes: 1 }, never, () => new Promise(() => {}));
  }
  const large = scheduler.figures().reading;
  assert.ok(large > 0);
  void feed("a", 200);
  await settle();
  assert.equal(begun.length, 40 - large + 8);
});

test("while objects are written as many others are begun, at once, and a few more", async () => {
  const { begun, passes, feed } = open(40, 200);
  void feed("a", 200);
  await settle();
  for (const pass of passes.splice(0)) void pass();
  await turn();
  await turn();
  assert.ok(begun.length >= 80, `${begun.length} were begun`);
  await settle();
  assert.equal(begun.length, 40 + 40 + 8);
});

test("an object that rejects ends its task, not that of others", async () => {
  const { begun, ends, feed } = open(1);
  const broken = assert.rejects(feed("a", 1), /a defect/);
  const fine = feed("b", 3);
  await settle();
  ends.shift()?.(new Error("a defect"));
  await broken;
  for (let n = 0; n < 3; n += 1) {
    await settle();
    ends.shift()?.();
  }
  await fine;
  assert.deepEqual(begun, ["a0", "b0", "b1", "b2"]);
});

test("objects that wait for another attempt take no place in the line, up to what a task may have under way", async () => {
  const scheduler = createScheduler({ connections: 2, memoryBytes: 1000, busyShare: () => 0 }, createManualClock());
  const feeder = createFeeder({ scheduler, atOnce: 20 });
  let begun = 0;
  void feeder.feed({
    jobId: "a",
    indexes: Array(100).keys(),
    copy: () => {
      begun += 1;
      return new Promise(() => {});
    },
    isOver: () => false,
  });
  await settle();
  assert.equal(begun, 20);
});

test("a task without objects ends at once", async () => {
  await open(1).feed("a", 0);
});
