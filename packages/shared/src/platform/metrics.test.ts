import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "./metrics.ts";

test("counts, times and gauges stand in the text, with their labels and their help", async () => {
  const metrics = createMetrics("worker");
  metrics.count("migration_objects_total", { outcome: "copied" }, 3);
  metrics.gauge("migration_connections", { state: "allowed" }, 64);
  const took = metrics.timer("migration_request_seconds", { store: "source", operation: "read" });
  took(0.02);
  took(2);
  metrics.time("migration_request_seconds", { store: "source", operation: "read" }, 20);
  const text = await metrics.text();
  assert.match(text, /# HELP migration_objects_total Objects by outcome\./);
  assert.match(text, /migration_objects_total\{outcome="copied",service="worker"\} 3/);
  assert.match(text, /migration_connections\{state="allowed",service="worker"\} 64/);
  assert.match(text, /migration_request_seconds_count\{[^}]*operation="read"[^}]*\} 3/);
  assert.match(text, /migration_request_seconds_bucket\{le="0\.025"[^}]*\} 1/);
});

test("gauges that nobody needs in between are set when the figures are asked for", async () => {
  const metrics = createMetrics("worker");
  let now = 1;
  metrics.beforeText(() => metrics.gauge("migration_bodies_bytes", {}, now));
  assert.match(await metrics.text(), /migration_bodies_bytes\{service="worker"\} 1/);
  now = 2;
  assert.match(await metrics.text(), /migration_bodies_bytes\{service="worker"\} 2/);
});
