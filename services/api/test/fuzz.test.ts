import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { openFixture, seedJob } from "./fixture.ts";

const seed = seedJob();
const fields = [
  ...Object.keys(seed),
  "limits",
  "largeObjects",
  "tasks",
  "notify",
  "keyRules",
  "storageClasses",
  "weight",
];

/** The seed's job with some of its fields, or their fields, replaced by anything. */
const almostJobs = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()),
    fc.dictionary(fc.constantFrom("endpoint", "region", "addresses", "credentials", "prefix"), fc.jsonValue()),
    fc.constantFrom("source", "target"),
  )
  .map(([top, inner, side]) => ({ ...seed, [side]: { ...seed[side], ...inner }, ...top }));

test("no body makes the API fail: each gets 201, 400 or 409, and a 400 names a path", async () => {
  const { call } = await openFixture();
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), almostJobs), async (body) => {
      const headers = { "content-type": "application/json" };
      const answer = await call("POST", "/v1/jobs", JSON.stringify(body), headers);
      assert.ok([201, 400, 409].includes(answer.status), `${answer.status} ${answer.text}`);
      if (answer.status === 400 && answer.json.code === "JOB_INVALID") assert.ok(answer.json.faults.length > 0);
    }),
    { numRuns: 400 },
  );
});

test("no body or query makes the other calls fail", async () => {
  const { call } = await openFixture();
  await call("POST", "/v1/jobs", seed);
  const calls = fc.constantFrom(
    ["PATCH", "/v1/jobs/local_test"],
    ["POST", "/v1/jobs/local_test/resume"],
    ["POST", "/v1/jobs/local_test/retry"],
    ["POST", "/v1/jobs/local_test/pause"],
  ) as fc.Arbitrary<["PATCH" | "POST", string]>;
  await fc.assert(
    fc.asyncProperty(calls, fc.jsonValue(), async ([method, url], body) => {
      const answer = await call(method, url, JSON.stringify(body), { "content-type": "application/json" });
      assert.ok(answer.status < 500, `${method} ${url} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.constantFrom("cursor", "limit", "after", "code", "format"), async (text, name) => {
      for (const path of ["", "/local_test/failures", "/local_test/report", `/${encodeURIComponent(text) || "x"}`]) {
        const answer = await call("GET", `/v1/jobs${path}?${name}=${encodeURIComponent(text)}`);
        assert.ok(answer.status < 500, `${path} ${name}=${text}: ${answer.status} ${answer.text}`);
      }
    }),
    { numRuns: 200 },
  );
});
