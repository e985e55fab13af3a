import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { keys, openFixture, seedJob } from "./fixture.ts";
import { type AnyRequest, type Description, requestsOf } from "./openapi-inputs.ts";
import { endJob, runTask } from "./run-job.ts";

const known = ["local_test", "ended-job"] as const;
const runsOfEach = 60;
/** Generous: it tells a hang from a slow machine, no more. */
const withinMs = 20_000;

async function openWithJobs() {
  const fixture = await openFixture();
  const running = (await fixture.call("POST", "/v1/jobs", seedJob())).json;
  await runTask(fixture.ledger, running.id, "SOURCE_ARCHIVED");
  const target = { ...seedJob().target, prefix: "elsewhere/" };
  const ended = (await fixture.call("POST", "/v1/jobs", seedJob({ name: known[1], target }))).json;
  await endJob(fixture.ledger, ended.id);
  return fixture;
}

const described: Description = await openWithJobs().then(async ({ call }) => (await call("GET", "/openapi.json")).json);
const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

test("the description has every call", () => {
  assert.ok(operations.length >= 18, `${operations.length}`);
});

for (const { path, method, operation } of operations) {
  const isStream = Object.values(operation.responses).some(
    ({ content }) => content?.["text/event-stream"] !== undefined,
  );
  test(`whatever comes to ${method} ${path} is answered in time and is no failure of ours`, async (context) => {
    const { app } = await openWithJobs();
    context.after(() => app.close());
    const requests = requestsOf(path, operation, { description: described, known: isStream ? ["nobody"] : known });
    await fc.assert(
      fc.asyncProperty(requests, async ({ url, headers, body }: AnyRequest) => {
        if (isStream && !path.includes("{")) return;
        const response = await app.inject({
          method: method as "GET",
          url,
          headers: {
            ...headers,
            authorization: `Bearer ${keys.admin}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { payload: body }),
          signal: AbortSignal.timeout(withinMs),
        });
        const what = `${method} ${url} ${body}: ${response.statusCode} ${response.body}`;
        assert.ok(response.statusCode < 500, what);
        assert.ok(String(response.headers["x-request-id"]).length > 0, what);
        if (response.statusCode < 400) return;
        assert.equal(response.headers["content-type"], "application/problem+json", what);
        const problem = response.json();
        assert.match(problem.code, /^[A-Z_]+$/, what);
        assert.equal(problem.status, response.statusCode);
        for (const { message } of problem.faults ?? []) assert.doesNotMatch(message, /^(Invalid|Too|Expected)\b/, what);
      }),
      { numRuns: runsOfEach, interruptAfterTimeLimit: 60_000 },
    );
  });
}
