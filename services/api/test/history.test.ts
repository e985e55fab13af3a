import assert from "node:assert/strict";
import { test } from "node:test";
import { openFixture, seedJob } from "./fixture.ts";
import { runTask } from "./run-job.ts";

test("what a job has settled over time is told, by id and by name, whatever has ended since", async () => {
  const { call, ledger, clock } = await openFixture();
  const { json: job } = await call("POST", "/v1/jobs", seedJob());
  assert.deepEqual((await call("GET", `/v1/jobs/${job.id}/history`)).json, { items: [] });
  const from = new Date(Math.floor(clock.now() / 10_000) * 10_000).toISOString();
  await runTask(ledger, job.id, "SOURCE_ARCHIVED", "one");
  clock.advance(3 * 3_600_000);
  await runTask(ledger, job.id, "SOURCE_ARCHIVED", "two");
  const { status, json } = await call("GET", "/v1/jobs/local_test/history");
  assert.equal(status, 200);
  assert.equal(json.items.length, 2);
  assert.deepEqual(json.items[0], { from, seconds: 10, objects: 2, bytes: 5 });
  assert.ok(json.items[1].seconds <= 10);
});

test("the history of a job that is not there is a problem", async () => {
  const { call } = await openFixture();
  const { status, json } = await call("GET", "/v1/jobs/nobody/history");
  assert.deepEqual([status, json.code], [404, "JOB_UNKNOWN"]);
});
