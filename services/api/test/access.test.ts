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
  assert.match((await call("GET", "/metrics", undefined, open)).text, /migration_objects_total/);
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
