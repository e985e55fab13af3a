import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Fixture, keys, openFixture, seedJob } from "./fixture.ts";

interface Line {
  readonly check: string;
  readonly state: string;
  readonly message: string;
}

const stateOf = (lines: readonly Line[], check: string) => lines.find((line) => line.check === check)?.state;

describe("a preflight over HTTP", () => {
  let api: Fixture;
  before(async () => {
    api = await openFixture();
  });
  after(() => api.app.close());

  test("answers each line, an estimate and a verdict, and submits nothing", async () => {
    const { status, json } = await api.call("POST", "/v1/preflight?objects=1000000&bytes=1000000000", seedJob());
    assert.equal(status, 200);
    assert.equal(json.verdict, "warning", "the source in memory is empty, and no worker runs");
    assert.equal(stateOf(json.lines, "redis"), "ok");
    assert.equal(stateOf(json.lines, "journal"), "ok");
    assert.equal(stateOf(json.lines, "workers"), "warning");
    assert.equal(stateOf(json.lines, "target.delete"), "ok");
    assert.deepEqual(json.estimate.expected, { objects: 1_000_000, bytes: 1_000_000_000, basis: "given" });
    assert.equal((await api.call("GET", "/v1/jobs")).json.items.length, 0);
  });

  test("a job that cannot be taken is refused with every fault at once, as when it is submitted", async () => {
    const broken = { ...seedJob(), name: "", weight: 0 };
    const submitted = await api.call("POST", "/v1/jobs", broken);
    const looked = await api.call("POST", "/v1/preflight", broken);
    assert.equal(looked.status, 400);
    assert.deepEqual(looked.json, submitted.json);
  });

  test("a figure that is none is refused", async () => {
    const { status, json } = await api.call("POST", "/v1/preflight?objects=-1", seedJob());
    assert.equal(status, 400);
    assert.equal(json.faults[0].path, "objects");
  });

  test("writes a probe object, so it needs the role operate", async () => {
    const headers = { authorization: `Bearer ${keys.read}` };
    assert.equal((await api.call("POST", "/v1/preflight", seedJob(), headers)).status, 403);
  });

  test("a name in use and a shared target are failures; a target that may be shared is a warning", async () => {
    assert.equal((await api.call("POST", "/v1/jobs", seedJob())).status, 201);
    const again = await api.call("POST", "/v1/preflight", seedJob());
    assert.equal(stateOf(again.json.lines, "job"), "failure");
    const other = await api.call("POST", "/v1/preflight", seedJob({ name: "other" }));
    assert.equal(stateOf(other.json.lines, "job"), "failure");
    const shared = await api.call("POST", "/v1/preflight", seedJob({ name: "other", allowSharedTarget: true }));
    assert.equal(stateOf(shared.json.lines, "job"), "warning");
  });

  test("tells no secret", async () => {
    const { text } = await api.call("POST", "/v1/preflight", seedJob());
    assert.doesNotMatch(text, /SECRET|TOKEN/);
  });
});
