import assert from "node:assert/strict";
import { test } from "node:test";
import { keys, openFixture, seedJob } from "./fixture.ts";

test("calls need a key, and each key does what its role may", async () => {
  const { call } = await openFixture();
  const none = await call("GET", "/v1/jobs", undefined, { authorization: "" });
  assert.deepEqual([none.status, none.json.code, none.headers["www-authenticate"]], [401, "KEY_MISSING", "Bearer"]);
  const unknown = await call("GET", "/v1/jobs", undefined, as("someone-elses-key"));
  assert.deepEqual([unknown.status, unknown.json.code], [401, "KEY_UNKNOWN"]);
  assert.ok(!unknown.text.includes("someone-elses-key"));
  const reader = await call("POST", "/v1/jobs", seedJob(), as(keys.read));
  assert.deepEqual([reader.status, reader.json.code], [403, "ROLE_TOO_LOW"]);
  assert.equal((await call("GET", "/v1/jobs", undefined, as(keys.read))).status, 200);
  assert.equal((await call("POST", "/v1/jobs", seedJob(), as(keys.operate))).status, 201);
  assert.equal((await call("DELETE", "/v1/jobs/local_test", undefined, as(keys.operate))).status, 403);
  assert.equal((await call("DELETE", "/v1/jobs/local_test", undefined, as(keys.admin))).status, 409);
});

test("health, metrics and the description of the API are open", async () => {
  const { call } = await openFixture();
  const open = { authorization: "" };
  assert.deepEqual((await call("GET", "/healthz", undefined, open)).json, { status: "alive" });
  assert.equal((await call("GET", "/readyz", undefined, open)).status, 200);
  await call("GET", "/metrics", undefined, open);
  assert.match((await call("GET", "/metrics", undefined, open)).text, /migration_http_requests_total/);
  assert.match((await call("GET", "/docs", undefined, open)).text, /Submit a job/);
  const description = (await call("GET", "/openapi.json", undefined, open)).json;
  assert.equal(description.openapi, "3.1.0");
  assert.ok(description.paths["/v1/jobs/{id}/stats"].get);
  const refused = description.paths["/v1/jobs/{id}/stats"].get.responses["4XX"];
  assert.deepEqual(Object.keys(refused.content), ["application/problem+json"]);
  assert.ok(JSON.stringify(description.paths["/v1/jobs"].post.requestBody).includes("sourceProof"));
});

test("while Redis is away the service lives, is not ready, and says so to callers", async () => {
  const { call, link } = await openFixture();
  link.isUp = false;
  assert.equal((await call("GET", "/healthz")).status, 200);
  assert.equal((await call("GET", "/readyz")).status, 503);
  const refused = await call("POST", "/v1/jobs", seedJob());
  assert.deepEqual(
    [refused.status, refused.json.code, refused.headers["retry-after"]],
    [503, "LEDGER_UNREACHABLE", "2"],
  );
  link.isUp = true;
  assert.equal((await call("POST", "/v1/jobs", seedJob())).status, 201);
});

test("what is not there gets a problem document too", async () => {
  const { call } = await openFixture();
  for (const url of ["/v2", "/v1/nothing", "/v1/jobs/%zz", `/v1/jobs/${"x".repeat(400)}`]) {
    const answer = await call("GET", url);
    assert.ok(answer.status === 404 || answer.status === 400, `${url} ${answer.status}`);
    assert.equal(answer.headers["content-type"], "application/problem+json", url);
    assert.match(answer.json.code, /^[A-Z_]+$/);
  }
});

function as(key: string) {
  return { authorization: `Bearer ${key}` };
}

test("a key that asks too often is told when to come back; other keys are not slowed by it", async () => {
  const { call, clock } = await openFixture({ requestsPerSecond: 10 });
  for (let at = 0; at < 20; at += 1) assert.equal((await call("GET", "/v1/workers")).status, 200);
  const refused = await call("GET", "/v1/workers");
  assert.deepEqual([refused.status, refused.json.code, refused.headers["retry-after"]], [429, "RATE_LIMITED", "1"]);
  assert.equal((await call("GET", "/v1/workers", undefined, as(keys.read))).status, 200);
  assert.equal((await call("GET", "/healthz")).status, 200, "what is open is not counted");
  clock.advance(1000);
  for (let at = 0; at < 10; at += 1) assert.equal((await call("GET", "/v1/workers")).status, 200);
  assert.equal((await call("GET", "/v1/workers")).status, 429);
});

test("guessing keys is slow, and a right key is let in all the same", async () => {
  const { call } = await openFixture();
  const statuses: number[] = [];
  for (let at = 0; at < 25; at += 1)
    statuses.push((await call("GET", "/v1/jobs", undefined, as(`guess-${at}`))).status);
  assert.deepEqual([...new Set(statuses)], [401, 429]);
  assert.equal((await call("GET", "/v1/jobs")).status, 200);
});

test("every answer carries the request's id: the caller's where it is fit for a log, else one of ours", async () => {
  const { call } = await openFixture();
  const given = await call("GET", "/v1/jobs", undefined, { "x-request-id": "night-shift:42" });
  assert.equal(given.headers["x-request-id"], "night-shift:42");
  for (const unfit of ["", "a\tb", '"}{', "x".repeat(500)]) {
    const answer = await call("GET", "/v1/none", undefined, { "x-request-id": unfit });
    assert.match(String(answer.headers["x-request-id"]), /^[\da-f-]{36}$/);
  }
  assert.match(String((await call("GET", "/v1/jobs/%zz")).headers["x-request-id"]), /^[\da-f-]{36}$/);
});

test("a body above a mebibyte is refused before it is parsed", async () => {
  const { call } = await openFixture();
  const answer = await call("POST", "/v1/jobs", { name: "x".repeat(1_100_000) });
  assert.deepEqual([answer.status, answer.json.code], [413, "BODY_TOO_LARGE"]);
});

test("requests are timed by route, not by address", async () => {
  const { call, meter } = await openFixture();
  await call("GET", "/v1/jobs/one");
  await call("GET", "/v1/jobs/two");
  await call("GET", "/nowhere/at/all");
  const text = await meter.text();
  assert.match(
    text,
    /migration_http_requests_total\{method="GET",route="\/v1\/jobs\/:id",status="404",service="api"\} 2/,
  );
  assert.match(text, /migration_http_request_seconds_count\{[^}]*route="\/v1\/jobs\/:id"[^}]*\} 2/);
  assert.ok(!text.includes("nowhere"));
});

test("the metrics tell the jobs, tasks and workers of the whole fleet", async () => {
  const { call, clock, link } = await openFixture();
  await call("POST", "/v1/jobs", seedJob());
  const text = async () => (await call("GET", "/metrics")).text;
  assert.match(await text(), /migration_jobs\{state="running",service="api"\} 1/);
  await call("POST", "/v1/jobs/local_test/pause");
  clock.advance(5001);
  const paused = await text();
  assert.match(paused, /migration_jobs\{state="running",service="api"\} 0/);
  assert.match(paused, /migration_jobs\{state="paused",service="api"\} 1/);
  assert.match(paused, /migration_tasks\{place="pending",service="api"\} 0/);
  link.isUp = false;
  clock.advance(5001);
  assert.match(await text(), /migration_jobs\{state="paused",service="api"\} 1/, "they stay while Redis is away");
});
