import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { serveHealth } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import { version } from "./version.ts";

describe("health of a service", () => {
  test("it lives, is ready once nothing is in the way, and shows its figures", async (t) => {
    const obstacles = ["Redis does not answer at redis://127.0.0.1:6379"];
    const metrics = createMetrics("master");
    metrics.count("migration_objects_total", { outcome: "copied" }, 3);
    metrics.time("migration_task_seconds", {}, 0.2);
    metrics.gauge("migration_open_tasks", {}, 5);
    const server = await serveHealth({ host: "127.0.0.1", port: 0, obstacles: async () => obstacles, metrics });
    t.after(() => server.close());
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    const notReady = await fetch(`${server.url}/readyz`);
    assert.equal(notReady.status, 503);
    assert.deepEqual(await notReady.json(), { status: "not-ready", obstacles });
    obstacles.pop();
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(figures, /migration_objects_total\{outcome="copied",service="master"\} 3/);
    assert.match(figures, /migration_task_seconds_count\{service="master"\} 1/);
    assert.match(figures, /migration_open_tasks\{service="master"\} 5/);
    assert.equal((await fetch(`${server.url}/nowhere`)).status, 404);
  });

  test("all parts carry one version", () => {
    const root = new URL("../../../../package.json", import.meta.url);
    assert.equal(version, JSON.parse(readFileSync(root, "utf8")).version);
  });
});
