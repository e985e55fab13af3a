import assert from "node:assert/strict";
import { test } from "node:test";
import { openFixture, seedJob } from "./fixture.ts";
import { endJob, finishListing, runTask } from "./run-job.ts";

test("pause, resume and cancel may be repeated, and a job that has ended refuses them", async () => {
  const { call, ledger } = await openFixture();
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  for (const [step, state] of [
    ["pause", "paused"],
    ["pause", "paused"],
    ["resume", "running"],
    ["resume", "running"],
    ["cancel", "cancelling"],
    ["cancel", "cancelling"],
  ] as const) {
    const answer = await call("POST", `/v1/jobs/local_test/${step}`);
    assert.deepEqual([answer.status, answer.json.state], [202, state], answer.text);
  }
  await endJob(ledger, id);
  const late = await call("POST", `/v1/jobs/${id}/pause`);
  assert.deepEqual([late.status, late.json.code], [409, "STATE_REFUSES"]);
  const unknown = await call("POST", "/v1/jobs/nobody/pause");
  assert.deepEqual([unknown.status, unknown.json.code], [404, "JOB_UNKNOWN"]);
});

test("resume and PATCH replace one side's credentials and keep the other's", async () => {
  const { call, ledger, seal } = await openFixture();
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  await call("POST", `/v1/jobs/${id}/pause`);
  const fresh = { accessKeyId: "NEW", secretAccessKey: "NEW-SECRET" };
  const resumed = await call("POST", `/v1/jobs/${id}/resume`, { credentials: { source: fresh } });
  assert.equal(resumed.status, 202, resumed.text);
  assert.ok(!resumed.text.includes("NEW-SECRET"));
  const opened = seal.open((await ledger.jobs.sealedCredentials(id)) ?? "");
  assert.deepEqual(opened, { source: fresh, target: seedJob().target.credentials });
  const patched = await call("PATCH", `/v1/jobs/${id}`, {
    target: { credentials: fresh },
    limits: { bytesPerSecond: 9 },
  });
  assert.equal(patched.status, 202, patched.text);
  assert.equal(patched.json.limits.bytesPerSecond, 9);
  assert.deepEqual(seal.open((await ledger.jobs.sealedCredentials(id)) ?? ""), { source: fresh, target: fresh });
});

test("a change that cannot be is refused with its path", async () => {
  const { call } = await openFixture();
  await call("POST", "/v1/jobs", seedJob());
  const wrong = await call("PATCH", "/v1/jobs/local_test", { limits: { bytesPerSecond: -1 }, wait: 1 });
  assert.deepEqual([wrong.status, wrong.json.code], [400, "BODY_INVALID"]);
  assert.ok(
    wrong.json.faults.some(({ path }: { path: string }) => path === "limits.bytesPerSecond"),
    wrong.text,
  );
  const empty = await call("PATCH", "/v1/jobs/local_test", {});
  assert.deepEqual([empty.status, empty.json.code], [400, "BODY_INVALID"]);
  const prefix = await call("POST", "/v1/jobs/local_test/resume", {
    source: { credentials: { from: "environment", prefix: "PATH_" } },
  });
  assert.deepEqual([prefix.status, prefix.json.faults[0].path], [400, "source.credentials.prefix"]);
});

test("stats come as JSON, or as OSSImport's block for text/plain", async () => {
  const { call, ledger } = await openFixture();
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  await runTask(ledger, id, "SOURCE_OBJECT_MISSING");
  await finishListing(ledger, id);
  const stats = await call("GET", "/v1/jobs/local_test/stats");
  assert.equal(stats.status, 200, stats.text);
  assert.deepEqual(stats.json.objects, { listed: 2, copied: 1, skipped: 0, failed: 1 });
  assert.deepEqual(stats.json.failuresByCode, { SOURCE_OBJECT_MISSING: 1 });
  const text = await call("GET", `/v1/jobs/${id}/stats`, undefined, { accept: "text/plain" });
  assert.match(String(text.headers["content-type"]), /^text\/plain/);
  assert.equal(
    text.text,
    [
      "-------------- job stats ---------------",
      "---------------- job stat ------------------",
      "JobName:local_test",
      "JobState:Running",
      "PendingTasks:0",
      "DispatchedTasks:0",
      "RunningTasks:0",
      "SucceedTasks:0",
      "FailedTasks:1",
      "ScanFinished:true",
      "RunningTasks Progress:",
      "----------------------------------------",
      "",
    ].join("\n"),
  );
});

test("failed objects are listed by code and tried again", async () => {
  const { call, ledger } = await openFixture();
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  await runTask(ledger, id, "SOURCE_OBJECT_MISSING");
  await finishListing(ledger, id);
  const all = await call("GET", `/v1/jobs/${id}/failures?code=SOURCE_OBJECT_MISSING`);
  assert.equal(all.status, 200, all.text);
  const time = "1970-01-01T00:00:00.000Z";
  const failure = {
    key: "source_folder/b",
    sizeBytes: 5,
    code: "SOURCE_OBJECT_MISSING",
    message: "gone",
    attempts: 1,
    time,
  };
  assert.deepEqual(all.json, { items: [failure], nextCursor: null });
  assert.deepEqual((await call("GET", `/v1/jobs/${id}/failures?code=TARGET_REFUSED`)).json.items, []);
  const wrong = await call("GET", `/v1/jobs/${id}/failures?code=NONSENSE&limit=0`);
  assert.deepEqual([wrong.status, wrong.json.code, wrong.json.faults.length], [400, "QUERY_INVALID", 2]);
  const none = await call("POST", `/v1/jobs/${id}/retry`, { codes: ["TARGET_REFUSED"] });
  assert.deepEqual([none.status, none.json], [202, { objects: 0, tasks: 0 }]);
  const retried = await call("POST", `/v1/jobs/${id}/retry`);
  assert.deepEqual([retried.status, retried.json], [202, { objects: 1, tasks: 1 }]);
});

test("the report comes in three forms", async () => {
  const { call, ledger } = await openFixture();
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  await runTask(ledger, id, "SOURCE_OBJECT_MISSING");
  await finishListing(ledger, id);
  const json = await call("GET", `/v1/jobs/${id}/report`);
  assert.equal(json.status, 200, json.text);
  assert.equal(json.json.objects.copied, 1);
  assert.match(json.json.failures[0].cure, /\w/);
  const csv = await call("GET", `/v1/jobs/${id}/report?format=csv`);
  assert.match(csv.text, /objects.copied,1/);
  assert.match((await call("GET", `/v1/jobs/${id}/report?format=text`)).text, /copied {2}1 objects, 5 bytes/);
  assert.equal((await call("GET", `/v1/jobs/${id}/report?format=pdf`)).status, 400);
});

test("only an ended job can be deleted, and its journal goes with it", async () => {
  const { call, ledger, journal } = await openFixture();
  const { id } = (await call("POST", "/v1/jobs", seedJob())).json;
  journal.set(id, []);
  assert.equal((await call("DELETE", `/v1/jobs/${id}`)).status, 409);
  await endJob(ledger, id);
  assert.equal((await call("DELETE", `/v1/jobs/${id}`)).status, 204);
  assert.equal(journal.size, 0);
  assert.equal((await call("GET", `/v1/jobs/${id}`)).status, 404);
});

test("pages of jobs join without a gap, and only by cursors that were given", async () => {
  const { call } = await openFixture();
  for (let index = 0; index < 7; index += 1) {
    const target = { ...seedJob().target, prefix: `p${index}/` };
    assert.equal((await call("POST", "/v1/jobs", seedJob({ name: `job-${index}`, target }))).status, 201);
  }
  const names: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = await call("GET", `/v1/jobs?limit=3${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
    names.push(...page.json.items.map(({ name }: { name: string }) => name));
    cursor = page.json.nextCursor;
  }
  assert.equal(new Set(names).size, 7);
  const { nextCursor } = (await call("GET", "/v1/jobs?limit=3")).json;
  for (const url of [
    `/v1/jobs?cursor=x${nextCursor}`,
    "/v1/jobs?cursor=",
    `/v1/jobs/job-1/failures?after=${nextCursor}`,
  ]) {
    const answer = await call("GET", url);
    assert.deepEqual([answer.status, answer.json.code], [400, "QUERY_INVALID"], url);
  }
});
