import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createMemoryLease, type Duties } from "@causeway/shared/adapters/memory/ledger/fleet.ts";
import { createMemorySource } from "@causeway/shared/adapters/memory/object-source.ts";
import { createMemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { ActiveJob } from "@causeway/shared/ports/dispatch-ledger.ts";
import { someCredentials, someJob } from "@causeway/shared/testing/builders.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { quiet, until } from "../test/rig.ts";
import { createBacklogGauge, hasRoom } from "./backlog-gauge.ts";
import { createDuty } from "./duty.ts";
import { createJobStores } from "./job-stores.ts";
import { journalObstacle } from "./journal-guard.ts";

const clock = createSystemClock();

function dutyOf(duties: Duties, holder: string, run: () => Promise<"again" | "rest">, everyMs = 50) {
  const lease = createMemoryLease(duties, holder, clock);
  return createDuty({ name: "sweep", everyMs, run }, { lease, clock, log: quiet });
}

const activeJob = (jobId: string, backlogBytes: number, listingDone = false): ActiveJob => ({
  jobId,
  state: "running",
  weight: 1,
  pendingTasks: 1,
  openTasks: 1,
  backlogBytes,
  failureBytes: 0,
  listingDone,
  revision: 1,
});

const failingJob = (backlogBytes: number, failureBytes: number): ActiveJob => ({
  ...activeJob("a", backlogBytes),
  failureBytes,
});

function storesOf(fail?: Fault) {
  const opened: string[] = [];
  const closed: string[] = [];
  const seal = createSeal(Buffer.alloc(32, 1));
  const sealed = seal.seal(someCredentials);
  const open = (spec: { readonly name: string }) => {
    opened.push(spec.name);
    if (fail !== undefined && opened.length === 1) throw fail;
    const source = { ...createMemorySource(), close: async () => void closed.push(spec.name) };
    return { source, target: createMemoryTarget() };
  };
  const stores = createJobStores(open, { sealedCredentials: async () => sealed }, seal);
  return { stores, opened, closed };
}

const workerOn = (host: string) => ({
  id: host,
  host,
  pid: 1,
  version: "0",
  taskSlots: 1,
  tasksRunning: 0,
  objectsPerSecond: 0,
  bytesPerSecond: 0,
  startedAtMs: 0,
  heartbeatAtMs: 0,
  tunnel: null,
  state: "running" as const,
});

const openNothing = () => ({ source: createMemorySource(), target: createMemoryTarget() });

describe("a duty", () => {
  test("is done by one holder, and by another as soon as the first stops", async (t) => {
    const done: string[] = [];
    const duties: Duties = new Map();
    const run = (name: string) => async () => {
      done.push(name);
      return "rest" as const;
    };
    const first = dutyOf(duties, "first", run("first"));
    const second = dutyOf(duties, "second", run("second"));
    first.start();
    await until("the first works", () => done.length > 2);
    second.start();
    t.after(() => second.stop());
    await first.stop();
    await until("the second takes over", () => done.includes("second"));
    assert.equal(done.lastIndexOf("first") < done.indexOf("second"), true);
  });

  test("survives an error and tries again", async (t) => {
    let rounds = 0;
    const duty = dutyOf(new Map(), "only", async () => {
      rounds += 1;
      if (rounds === 1) throw new Error("Redis is away");
      return "rest";
    });
    duty.start();
    t.after(() => duty.stop());
    await until("it works again", () => rounds > 1);
  });

  test("a nudge ends the pause", async (t) => {
    let rounds = 0;
    const run = async () => {
      rounds += 1;
      return "rest" as const;
    };
    const duty = dutyOf(new Map(), "only", run, 3_600_000);
    duty.start();
    t.after(() => duty.stop());
    await until("the first round is over", () => rounds === 1);
    duty.nudge();
    await until("the second round came", () => rounds === 2);
  });
});

describe("room in the backlog", () => {
  test("a job alone has the whole budget", () => {
    assert.equal(hasRoom([activeJob("a", 99)], "a", 100), true);
    assert.equal(hasRoom([activeJob("a", 100)], "a", 100), false);
  });

  test("a job behind a huge one starts at once, and the huge one waits until it is below its share", () => {
    const jobs = [activeJob("huge", 99), activeJob("small", 0)];
    assert.equal(hasRoom(jobs, "small", 100), true);
    assert.equal(hasRoom(jobs, "huge", 100), false);
  });

  test("a job whose listing is done takes no share", () => {
    assert.equal(hasRoom([activeJob("a", 60), activeJob("done", 10, true)], "a", 100), true);
  });

  test("what has failed takes its room from what waits, but never more than half of it", () => {
    assert.equal(hasRoom([failingJob(69, 30)], "a", 100), true);
    assert.equal(hasRoom([failingJob(70, 30)], "a", 100), false);
    assert.equal(hasRoom([failingJob(49, 1000)], "a", 100), true);
    assert.equal(hasRoom([failingJob(50, 1000)], "a", 100), false);
  });

  test("what somebody else of the process has just read is not asked again", async () => {
    const manual = createManualClock();
    let asked = 0;
    const active = async (): Promise<readonly ActiveJob[]> => {
      asked += 1;
      return [];
    };
    const gauge = createBacklogGauge({ active }, 100, manual);
    gauge.saw([activeJob("a", 100)]);
    assert.equal(await gauge.hasRoom("a"), false);
    assert.equal(asked, 0);
    manual.advance(200);
    assert.equal(await gauge.hasRoom("a"), true);
    assert.equal(asked, 1);
  });

  test("what is planned since the ledger was asked counts like the tasks that wait", async () => {
    const manual = createManualClock();
    let asked = 0;
    const active = async (): Promise<readonly ActiveJob[]> => {
      asked += 1;
      return [{ ...activeJob("a", 80), pendingTasks: 8 }, activeJob("b", 40)];
    };
    const gauge = createBacklogGauge({ active }, 200, manual);
    assert.equal(await gauge.hasRoom("a"), true);
    gauge.planned("a", 1);
    assert.equal(await gauge.hasRoom("a"), true);
    gauge.planned("a", 1);
    assert.deepEqual([await gauge.hasRoom("a"), await gauge.hasRoom("b"), asked], [false, true, 1]);
    manual.advance(1000);
    assert.deepEqual([await gauge.hasRoom("a"), asked], [true, 2]);
  });
});

describe("a job's stores", () => {
  test("are opened once for a revision and anew for the next", async () => {
    const { stores, opened, closed } = storesOf();
    const job = someJob();
    await Promise.all([stores.use(job, async () => 1), stores.use(job, async () => 2)]);
    assert.equal(opened.length, 1);
    await stores.use({ ...job, revision: 2 }, async () => 3);
    assert.equal(opened.length, 2);
    await stores.close();
    assert.equal(closed.length, 2);
  });

  test("that could not be opened are opened anew by the next user", async () => {
    const { stores, opened } = storesOf(new Fault("SOURCE_CREDENTIALS_INVALID", "permanent"));
    const job = someJob();
    await assert.rejects(
      stores.use(job, async () => 1),
      /SOURCE_CREDENTIALS_INVALID/,
    );
    assert.equal(await stores.use(job, async () => 2), 2);
    assert.equal(opened.length, 2);
  });

  test("are a fault of the job where the credentials were sealed under another key", async () => {
    const sealed = createSeal(Buffer.alloc(32, 2)).seal(someCredentials);
    const ledger = { sealedCredentials: async () => sealed };
    const stores = createJobStores(openNothing, ledger, createSeal(Buffer.alloc(32, 1)));
    await assert.rejects(
      stores.use(someJob(), async () => 1),
      /another SECRET_KEY/,
    );
  });
});

describe("a journal in a folder", () => {
  test("is in the way of workers on other hosts unless it is declared shared", () => {
    const folder = { url: "file:///journal", shared: false };
    assert.equal(journalObstacle(folder, "here", [workerOn("here")]), undefined);
    assert.match(
      journalObstacle(folder, "here", [workerOn("here"), workerOn("there")]) ?? "",
      /workers on there besides here/,
    );
    assert.equal(journalObstacle({ ...folder, shared: true }, "here", [workerOn("there")]), undefined);
  });
});
