import assert from "node:assert/strict";
import { connect } from "node:net";
import { test, type TestContext } from "node:test";
import { addressOf, readEvents } from "./event-reader.ts";
import { type Fixture, keys, openFixture, seedJob } from "./fixture.ts";
import { endJob, runTask } from "./run-job.ts";

async function open(context: TestContext): Promise<Fixture> {
  const fixture = await openFixture();
  context.after(() => fixture.app.close());
  return fixture;
}

test("a job's events tell its state, its figures and its failed objects, at first and whenever they change", async (context) => {
  const fixture = await open(context);
  const { call, ledger } = fixture;
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  await runTask(ledger, id, "SOURCE_ARCHIVED", "1");
  const reader = await readEvents(fixture, "/v1/jobs/local_test/events");
  assert.match(reader.response.headers.get("content-type") ?? "", /^text\/event-stream/);
  const first = await reader.until((events) => events.length >= 3);
  assert.deepEqual(
    first.slice(0, 3).map(({ event }) => event),
    ["state", "stats", "failures"],
  );
  assert.deepEqual([first[0]?.data.id, first[0]?.data.state], [id, "running"]);
  assert.equal(first[1]?.data.objects.copied, 1);
  assert.deepEqual(
    first[2]?.data.items.map(({ key, code }: Record<string, unknown>) => [key, code]),
    [["source_folder/1b", "SOURCE_ARCHIVED"]],
  );

  await runTask(ledger, id, "KEY_INVALID", "2");
  await call("POST", "/v1/jobs/local_test/pause");
  const then = await reader.until((events) =>
    events.some(({ event, data }) => event === "state" && data.state === "paused"),
  );
  const failed = then.filter(({ event }) => event === "failures").flatMap(({ data }) => data.items);
  assert.deepEqual(
    failed.map(({ key }) => key),
    ["source_folder/1b", "source_folder/2b"],
  );
  assert.equal(then.findLast(({ event }) => event === "stats")?.data.failuresByCode.KEY_INVALID, 1);
  assert.ok(then.every(({ id }) => id !== undefined && id !== ""));
});

test("Last-Event-ID goes on behind that event: nothing is told twice, nothing is left out", async (context) => {
  const fixture = await open(context);
  const { call, ledger } = fixture;
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  await runTask(ledger, id, "SOURCE_ARCHIVED", "1");
  const reader = await readEvents(fixture, "/v1/jobs/local_test/events");
  const events = await reader.until((all) => all.some(({ event }) => event === "failures"));
  const last = events.at(-1)?.id;
  reader.leave();
  await runTask(ledger, id, "KEY_INVALID", "2");
  const again = await readEvents(fixture, "/v1/jobs/local_test/events", last);
  const missed = await again.until((all) => all.some(({ event }) => event === "failures"));
  assert.ok(!missed.some(({ event }) => event === "state"), "the state is as it was told");
  assert.deepEqual(
    missed
      .filter(({ event }) => event === "failures")
      .flatMap(({ data }) => data.items.map(({ key }: { key: string }) => key)),
    ["source_folder/2b"],
  );
  again.leave();
  await endJob(ledger, id);
  const third = await readEvents(fixture, "/v1/jobs/local_test/events");
  const whole = await third.until(
    (all) => all.some(({ event }) => event === "failures") && all.some(({ data }) => data.state === "completed"),
  );
  const idle = await readEvents(fixture, "/v1/jobs/local_test/events", whole.at(-1)?.id);
  await third.until(() => third.text().includes(": still here"));
  assert.deepEqual(idle.events(), [], "an ended job has nothing new to tell");
});

test("more failures than one event holds are behind its cursor", async (context) => {
  const fixture = await open(context);
  const { call, ledger } = fixture;
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  for (let at = 0; at < 101; at += 1) await runTask(ledger, id, "SOURCE_ARCHIVED", String(1000 + at));
  const reader = await readEvents(fixture, `/v1/jobs/${id}/events`);
  const events = await reader.until((all) => all.some(({ event }) => event === "failures"));
  const told = events.find(({ event }) => event === "failures")?.data;
  assert.equal(told.items.length, 100);
  const rest = await call("GET", `/v1/jobs/${id}/failures?after=${told.nextCursor}`);
  assert.deepEqual(
    rest.json.items.map(({ key }: { key: string }) => key),
    ["source_folder/1100b"],
  );
});

test("all jobs and workers can be followed: the whole list first, then what changes and what goes", async (context) => {
  const fixture = await open(context);
  const { call, ledger, clock } = fixture;
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  const reader = await readEvents(fixture, "/v1/events");
  const first = await reader.until((all) => all.length >= 2);
  assert.deepEqual(
    first.slice(0, 2).map(({ event }) => event),
    ["jobs", "workers"],
  );
  const [shown] = first[0]?.data.items ?? [];
  assert.deepEqual(
    [shown.id, shown.jobName, shown.target],
    [id, "local_test", "oss://eric-oss-datastore-shanghai/destination_folder/"],
  );
  assert.equal(shown.runningTasksProgress, undefined);

  await runTask(ledger, id, "SOURCE_ARCHIVED");
  const beat = {
    host: "h",
    pid: 1,
    version: "1",
    taskSlots: 4,
    tasksRunning: 1,
    objectsPerSecond: 0,
    bytesPerSecond: 0,
    tunnel: null,
  };
  await ledger.workers.beat({ id: "w", ...beat, startedAtMs: 0, heartbeatAtMs: clock.now(), state: "running" });
  const changed = await reader.until(
    (all) => all.some(({ event }) => event === "changed") && all.filter(({ event }) => event === "workers").length > 1,
  );
  assert.equal(changed.findLast(({ event }) => event === "changed")?.data.items[0].objects.failed, 1);
  assert.ok(changed.some(({ event, data }) => event === "workers" && data.items[0]?.id === "w"));

  await endJob(ledger, id);
  const ended = await reader.until((all) => all.some(({ data }) => data.items?.[0]?.state === "completed"));
  const last = ended.at(-1)?.id;
  await call("DELETE", `/v1/jobs/${id}`);
  const gone = await reader.until((all) => all.some(({ event }) => event === "gone"));
  assert.deepEqual(gone.find(({ event }) => event === "gone")?.data.ids, [id]);
  const again = await readEvents(fixture, "/v1/events", last);
  const missed = await again.until((all) => all.some(({ event }) => event === "gone"));
  assert.ok(!missed.some(({ event }) => event === "jobs"));
  const other = await readEvents(fixture, "/v1/events", "another-process.7");
  assert.equal((await other.until((all) => all.length > 0))[0]?.event, "jobs");
});

test("a stream ends with its job, and with the service, which says when to come back", async (context) => {
  const fixture = await open(context);
  const { call, ledger } = fixture;
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  await endJob(ledger, id);
  const reader = await readEvents(fixture, `/v1/jobs/${id}/events`);
  await reader.until((all) => all.length >= 2);
  await call("DELETE", `/v1/jobs/${id}`);
  await reader.until((all) => all.some(({ event }) => event === "deleted"));
  await reader.ended;
  assert.equal((await call("GET", `/v1/jobs/${id}/events`)).json.code, "JOB_UNKNOWN");
  const all = await readEvents(fixture, "/v1/events");
  await all.until((events) => events.length > 0);
  const closed = fixture.app.close();
  await all.ended;
  assert.match(all.text(), /retry: 1000\n\n$/);
  await closed;
});

test("a stream says when Redis goes away and comes back, and goes on", async (context) => {
  const fixture = await open(context);
  await fixture.call("POST", "/v1/jobs", seedJob());
  const reader = await readEvents(fixture, "/v1/jobs/local_test/events");
  await reader.until((all) => all.length >= 2);
  fixture.link.isUp = false;
  const away = await reader.until((all) => all.some(({ event }) => event === "ledger"));
  assert.deepEqual(away.at(-1)?.data, { reachable: false });
  fixture.link.isUp = true;
  await reader.until((all) => all.some(({ event, data }) => event === "ledger" && data.reachable === true));
  await fixture.call("POST", "/v1/jobs/local_test/pause");
  await reader.until((all) => all.some(({ event, data }) => event === "state" && data.state === "paused"));
});

test("many readers of a job cost as many looks at the ledger as one, and none once they have left", async (context) => {
  const fixture = await open(context);
  await fixture.call("POST", "/v1/jobs", seedJob());
  await addressOf(fixture);
  const readers = await Promise.all(
    Array.from({ length: 20 }, () => readEvents(fixture, "/v1/jobs/local_test/events")),
  );
  for (const reader of readers) await reader.until((all) => all.length >= 2);
  assert.equal(fixture.clock.sleepers(), 1);
  for (const reader of readers) reader.leave();
  for (let tries = 0; fixture.clock.sleepers() > 0 && tries < 1000; tries += 1) {
    fixture.clock.advance(1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(fixture.clock.sleepers(), 0);
});

test("a reader that does not read is cut off, and the others go on", async (context) => {
  const fixture = await open(context);
  const { port } = new URL(await addressOf(fixture));
  // Long names make the list long enough to fill what the system buffers on a connection.
  for (let at = 0; at < 400; at += 1) {
    const target = { ...seedJob().target, prefix: `${at}/${"x".repeat(800)}/` };
    await fixture.call("POST", "/v1/jobs", seedJob({ name: `job-${at}`, target, allowSharedTarget: true }));
  }
  const socket = connect(Number(port), "127.0.0.1");
  context.after(() => socket.destroy());
  let closed = false;
  socket.on("close", () => (closed = true)).on("error", () => undefined);
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${keys.read}\r\n\r\n`);
  socket.pause();
  const reader = await readEvents(fixture, "/v1/events");
  await reader.until((all) => all.length > 0);
  for (let round = 0; round < 60; round += 1) {
    for (let at = 0; at < 400; at += 1) {
      const weight = { weight: (round % 100) + 1 };
      if (at % 4 === 0)
        await fixture.ledger.jobs.change((await fixture.ledger.jobs.get(`job-${at}`))?.id ?? "", {
          change: "patch",
          limits: undefined,
          sealedCredentials: undefined,
          ...weight,
        });
    }
    fixture.clock.advance(2000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { connections } = await countOf(fixture);
    if (connections === 1) break;
  }
  assert.equal((await countOf(fixture)).connections, 1, "only the one that reads is left");
  assert.equal(closed, false, "the socket that does not read has not even seen its end");
  assert.ok(reader.events().length > 2);
});

function countOf({ app }: Fixture): Promise<{ readonly connections: number }> {
  return new Promise((resolve) => app.server.getConnections((_error, connections) => resolve({ connections })));
}
