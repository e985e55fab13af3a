import assert from "node:assert/strict";
import { test } from "node:test";
import { openFixture, secrets, seedJob } from "./fixture.ts";
import { endJob } from "./run-job.ts";

test("a job is taken, named by its location, and shown without secrets", async () => {
  const { call, ledger, seal } = await openFixture();
  const answer = await call("POST", "/v1/jobs", seedJob());
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.headers["location"], `/v1/jobs/${answer.json.id}`);
  assert.equal(answer.json.state, "running");
  assert.equal(answer.json.jobState, "Running");
  assert.equal(answer.json.largeObjects.partSize, 16_777_216);
  for (const url of [`/v1/jobs/${answer.json.id}`, "/v1/jobs/local_test", "/v1/jobs"]) {
    const shown = await call("GET", url);
    assert.equal(shown.status, 200);
    for (const secret of [...secrets, "AKIASOURCE"]) assert.ok(!shown.text.includes(secret), `${url} shows ${secret}`);
  }
  const sealed = await ledger.jobs.sealedCredentials(answer.json.id);
  assert.deepEqual(seal.open(sealed ?? "").target, { accessKeyId: "LTAITARGET", secretAccessKey: secrets[1] });
});

test("a job with many mistakes gets one answer that names each with its path", async () => {
  const { call } = await openFixture();
  const job = seedJob({ overwrit: "always", limits: { timetable: [{ days: "someday", from: "09:00", to: "18:00" }] } });
  const answer = await call("POST", "/v1/jobs", {
    ...job,
    name: "-bad name",
    source: { ...job.source, region: undefined, endpoint: "http://127.0.0.1:9000", buckett: 1 },
    target: { ...job.target, prefix: "/x", addresses: ["100.100.100.200", "100.118.102.3"] },
    largeObjects: { partSize: 102_400, multipartThreshold: 2_000_000_000, spreadThreshold: 2_000_000_000 },
    notify: { url: "http://169.254.169.254/latest" },
  });
  assert.equal(answer.status, 400);
  assert.equal(answer.headers["content-type"], "application/problem+json");
  assert.equal(answer.json.code, "JOB_INVALID");
  const paths = answer.json.faults.map((fault: { path: string }) => fault.path).sort();
  assert.deepEqual(paths, [
    "largeObjects.partSize",
    "limits.timetable[0].days",
    "name",
    "notify.url",
    "overwrit",
    "source.buckett",
    "source.endpoint",
    "source.region",
    "target.addresses[0]",
    "target.prefix",
  ]);
  const size = answer.json.faults.find((fault: { path: string }) => fault.path === "largeObjects.partSize").message;
  assert.match(size, /102400 x 10000 = 1024000000/);
});

test("credentials that lack something are told what, each by its name", async () => {
  const { call } = await openFixture();
  const faultsFor = async (credentials: unknown): Promise<readonly string[]> => {
    const job = seedJob();
    const { json } = await call("POST", "/v1/jobs", { ...job, source: { ...job.source, credentials } });
    return json.faults.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`);
  };
  assert.deepEqual(await faultsFor({}), [
    "source.credentials.accessKeyId is missing (string)",
    "source.credentials.secretAccessKey is missing (string)",
  ]);
  assert.deepEqual(await faultsFor({ accessKeyId: "a", secretAccessKey: "" }), [
    "source.credentials.secretAccessKey must be of at least 1 characters",
  ]);
  assert.deepEqual(await faultsFor({ from: "environment" }), ["source.credentials.prefix is missing (string)"]);
  for (const strange of [undefined, "AKIA", { from: "nowhere" }]) {
    const [fault = "", ...others] = await faultsFor(strange);
    assert.match(fault, /^source\.credentials must be \{ accessKeyId/);
    assert.deepEqual(others, []);
  }
});

test("a webhook's address holds no password: it is shown to whoever may read the job", async () => {
  const { call } = await openFixture();
  for (const url of ["https://me:hush-hush@hooks.example.com/x", "https://hush-hush@hooks.example.com/x"]) {
    const { status, json, text } = await call("POST", "/v1/jobs", seedJob({ notify: { url } }));
    assert.equal(status, 400);
    assert.deepEqual(
      json.faults.map(({ path }: { path: string }) => path),
      ["notify.url"],
    );
    assert.match(json.faults[0].message, /user name or password/);
    assert.doesNotMatch(text, /hush-hush/);
  }
});

test("regions are written as OSS' own ids and agree with the endpoint", async () => {
  const { call } = await openFixture();
  const job = seedJob();
  const answer = await call("POST", "/v1/jobs", {
    ...job,
    source: { ...job.source, region: "eu-west-1" },
    target: { ...job.target, region: "oss-cn-shanghai" },
  });
  assert.deepEqual(
    answer.json.faults.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`).sort(),
    [
      "source.region does not agree with source.endpoint, which is in ap-northeast-1",
      "target.region is written without oss-, such as cn-shanghai",
    ],
  );
});

test("credentials from the environment need a prefix that the service allows", async () => {
  const { call } = await openFixture();
  const job = seedJob();
  const from = (prefix: string) => ({
    ...job,
    source: { ...job.source, credentials: { from: "environment", prefix } },
  });
  const refused = await call("POST", "/v1/jobs", from("HOME_"));
  assert.equal(refused.json.faults[0].path, "source.credentials.prefix");
  assert.equal((await call("POST", "/v1/jobs", from("SRC_"))).status, 201);
});

test("a name can be used once", async () => {
  const { call } = await openFixture();
  const first = await call("POST", "/v1/jobs", seedJob());
  const again = await call("POST", "/v1/jobs", seedJob());
  assert.equal(again.status, 409);
  assert.equal(again.json.code, "NAME_IN_USE");
  assert.ok(again.json.detail.includes(first.json.id));
});

test("the same Idempotency-Key answers the job that it made, and refuses to make another", async () => {
  const { call } = await openFixture();
  const headers = { "idempotency-key": "k-1" };
  const first = await call("POST", "/v1/jobs", seedJob(), headers);
  await call("PATCH", `/v1/jobs/${first.json.id}`, { weight: 7 });
  const again = await call("POST", "/v1/jobs", seedJob(), headers);
  assert.equal(again.status, 200);
  assert.equal(again.json.id, first.json.id);
  const target = { ...seedJob().target, prefix: "elsewhere/" };
  const other = await call("POST", "/v1/jobs", seedJob({ name: "other", target }), headers);
  assert.equal(other.status, 409);
  assert.equal(other.json.code, "IDEMPOTENCY_KEY_REUSED");
});

test("two active jobs do not write below the same prefix unless that is allowed", async () => {
  const { call, ledger } = await openFixture();
  const first = await call("POST", "/v1/jobs", seedJob());
  for (const prefix of ["destination_folder/", "destination_folder/a/", "", "destination_folder/a"]) {
    const refused = await call("POST", "/v1/jobs", onto("second", prefix));
    assert.equal(refused.status, 409, prefix);
    assert.equal(refused.json.code, "TARGET_SHARED");
    assert.equal(refused.json.faults[0].path, "target.prefix");
  }
  assert.equal((await call("POST", "/v1/jobs", onto("beside", "destination_folder2/"))).status, 201);
  assert.equal(
    (await call("POST", "/v1/jobs", onto("shared", "destination_folder/", { allowSharedTarget: true }))).status,
    201,
  );
  await endJob(ledger, first.json.id);
  const stillShared = await call("POST", "/v1/jobs", onto("third", "destination_folder/"));
  assert.equal(stillShared.json.code, "TARGET_SHARED", "the job that shared the place is active");
});

test("of two jobs for one place that come at once, one is taken", async () => {
  const { call } = await openFixture();
  const answers = await Promise.all(["a", "b", "c"].map((name) => call("POST", "/v1/jobs", seedJob({ name }))));
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [201, 409, 409],
  );
});

test("a body that is not JSON, too large or of another type gets a problem of its own", async () => {
  const { call } = await openFixture();
  const json = { "content-type": "application/json" };
  const broken = await call("POST", "/v1/jobs", `{"secretAccessKey": "${secrets[0]}" oops`, json);
  assert.deepEqual([broken.status, broken.json.code], [400, "BODY_NOT_JSON"]);
  assert.ok(!broken.text.includes(secrets[0]));
  const large = await call("POST", "/v1/jobs", JSON.stringify({ name: "x".repeat(2_000_000) }), json);
  assert.deepEqual([large.status, large.json.code], [413, "BODY_TOO_LARGE"]);
  const typed = await call("POST", "/v1/jobs", "<job/>", { "content-type": "text/xml" });
  assert.deepEqual([typed.status, typed.json.code], [415, "MEDIA_TYPE"]);
  const empty = await call("POST", "/v1/jobs", "", json);
  assert.deepEqual([empty.status, empty.json.code], [400, "JOB_INVALID"]);
});

function onto(name: string, prefix: string, more = {}) {
  return seedJob({ name, target: { ...seedJob().target, prefix }, ...more });
}
