import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "./event-reader.ts";
import { keys, openFixture, seedJob } from "./fixture.ts";
import { runTask } from "./run-job.ts";

async function failedJob(count: number) {
  const fixture = await openFixture();
  const { id } = (await fixture.call("POST", "/v1/jobs", seedJob())).json;
  for (let at = 0; at < count; at += 1) {
    await runTask(fixture.ledger, id, at % 2 === 0 ? "SOURCE_ARCHIVED" : "KEY_INVALID", `${1000 + at}`);
  }
  return { ...fixture, id: String(id) };
}

test("pages of failures join without a gap while more objects fail", async () => {
  const { call, ledger, id } = await failedJob(4);
  const found: string[] = [];
  let cursor: string | null = "";
  for (let page = 0; cursor !== null; page += 1) {
    const after: string = cursor === "" ? "" : `&after=${cursor}`;
    const answer = await call("GET", `/v1/jobs/${id}/failures?limit=2${after}`);
    found.push(...answer.json.items.map(({ key }: { key: string }) => key));
    cursor = answer.json.nextCursor;
    if (page === 0) await runTask(ledger, id, "KEY_INVALID", "1004");
  }
  assert.deepEqual(
    found,
    [1000, 1001, 1002, 1003, 1004].map((name) => `source_folder/${name}b`),
  );
});

test("the whole list of failed objects comes as NDJSON or CSV, by format or by Accept, of one code if asked for", async () => {
  const { call, id } = await failedJob(130);
  const url = `/v1/jobs/${id}/failures`;
  const ndjson = await call("GET", `${url}?format=ndjson`);
  assert.match(String(ndjson.headers["content-type"]), /^application\/x-ndjson/);
  const rows = ndjson.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(rows.length, 130, "more than a page holds");
  assert.deepEqual(Object.keys(rows[0]), ["key", "sizeBytes", "code", "message", "attempts", "time"]);
  const csv = await call("GET", url, undefined, { accept: "text/csv, application/json" });
  assert.match(String(csv.headers["content-disposition"]), /^attachment; filename="failures-.*\.csv"$/);
  const lines = csv.text.trimEnd().split("\r\n");
  assert.equal(lines.length, 131);
  assert.deepEqual(lines.slice(0, 2), [
    "key,sizeBytes,code,message,attempts,time",
    "source_folder/1000b,5,SOURCE_ARCHIVED,gone,1,1970-01-01T00:00:00.000Z",
  ]);
  const one = await call("GET", `${url}?format=ndjson&code=KEY_INVALID`);
  assert.equal(one.text.trimEnd().split("\n").length, 65);
  const few = await call("GET", `${url}?format=ndjson&limit=3`);
  assert.equal(few.text.trimEnd().split("\n").length, 3);
  assert.equal((await call("GET", url, undefined, { accept: "*/*" })).json.items.length, 100);
  assert.equal((await call("GET", `${url}?format=xml`)).status, 400);
});

test("who leaves in the middle of a long list is no trouble", async (context) => {
  const fixture = await failedJob(50);
  context.after(() => fixture.app.close());
  const headers = { authorization: `Bearer ${keys.read}` };
  const url = `${await addressOf(fixture)}/v1/jobs/${fixture.id}/failures?format=csv`;
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  leaving.abort();
  await assert.rejects(response.text());
  assert.equal((await fetch(url, { headers })).status, 200);
});
