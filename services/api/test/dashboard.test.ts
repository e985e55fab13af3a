import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readPage } from "@causeway/dashboard/assets/page.ts";
import { fastify } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { addDashboardRoutes } from "../src/dashboard.ts";
import { type Fixture, keys, openFixture } from "./fixture.ts";

describe("the dashboard, served", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await openFixture();
  });
  after(() => fixture.app.close());

  const app = fastify().withTypeProvider<ZodTypeProvider>();
  addDashboardRoutes(app, readPage());
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: "GET", url, headers });
  const pathOf = async (ending: string): Promise<string> => {
    const { body } = await get("/");
    return new RegExp(`"(/assets/[^"]+${ending})"`).exec(body)?.[1] ?? "";
  };

  test("needs no key, runs nothing inline and nothing from elsewhere, and is in nobody's frame", async () => {
    const answer = await get("/");
    assert.equal(answer.statusCode, 200);
    const policy = String(answer.headers["content-security-policy"]);
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.includes(rule), rule);
    }
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(answer.headers["x-content-type-options"], "nosniff");
  });

  test("is asked for again each time, and sent only where it has changed", async () => {
    const first = await get("/");
    assert.equal(first.headers["cache-control"], "no-cache");
    const again = await get("/", { "if-none-match": String(first.headers["etag"]) });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, "");
  });

  test("has files that browsers keep for ever, because their names change with their content", async () => {
    const answer = await get(await pathOf("\\.js"));
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers["content-type"]), /^text\/javascript/);
    assert.match(String(answer.headers["cache-control"]), /immutable/);
  });

  test("is sent in the smallest form that the browser takes", async () => {
    const path = await pathOf("\\.css");
    const sizes = await Promise.all(
      ["br, gzip", "gzip", "br;q=0", ""].map(async (accepted) => {
        const answer = await get(path, { "accept-encoding": accepted });
        return { encoding: answer.headers["content-encoding"], size: answer.rawPayload.length };
      }),
    );
    assert.deepEqual(
      sizes.map(({ encoding }) => encoding),
      ["br", "gzip", undefined, undefined],
    );
    const [br, gzip, plain] = sizes.map(({ size }) => size);
    assert.ok(br !== undefined && gzip !== undefined && plain !== undefined && br < gzip && gzip < plain);
  });

  test("answers a file that it does not have with a problem", async () => {
    const answer = await get("/assets/main-0.js");
    assert.equal(answer.statusCode, 404);
    assert.equal(answer.json().code, "NOT_FOUND");
  });

  test("a key can ask whose it is and what it may do", async () => {
    for (const role of ["read", "operate", "admin"] as const) {
      const answer = await fixture.call("GET", "/v1/key", undefined, { authorization: `Bearer ${keys[role]}` });
      assert.deepEqual(answer.json, { name: role, role });
    }
  });
});
