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
  assert.match(text, /# TYPE migration_request_seconds histogram/);
  assert.match(text, /migration_request_seconds_sum\{[^}]*service="worker"[^}]*\} 22\.02/);
  assert.match(text, /migration_request_seconds_bucket\{le="2\.5"[^}]*\} 2/);
  assert.match(text, /migration_request_seconds_bucket\{le="\+Inf"[^}]*\} 3/);
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

test("what has to be looked up first is waited for", async () => {
  const metrics = createMetrics("host");
  metrics.beforeText(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    metrics.gauge("migration_tunnel_up", {}, 1);
  });
  assert.match(await metrics.text(), /migration_tunnel_up\{service="host"\} 1/);
});

test("a gauge that nobody knows any more is absent, neither nought nor its last value", async () => {
  const metrics = createMetrics("host");
  metrics.gauge("migration_tunnel_refused_packets", {}, undefined);
  assert.doesNotMatch(await metrics.text(), /^migration_tunnel_refused_packets/m);
  metrics.gauge("migration_tunnel_refused_packets", {}, 3);
  metrics.gauge("migration_tunnel_bytes", { direction: "in" }, 5);
  metrics.gauge("migration_tunnel_bytes", { direction: "out" }, 7);
  metrics.gauge("migration_tunnel_refused_packets", {}, undefined);
  metrics.gauge("migration_tunnel_bytes", { direction: "in" }, undefined);
  const text = await metrics.text();
  assert.doesNotMatch(text, /^migration_tunnel_refused_packets/m);
  assert.doesNotMatch(text, /direction="in"/);
  assert.match(text, /direction="out"/);
});

test("a label's value may hold what the text format has to escape", async () => {
  const metrics = createMetrics("worker");
  metrics.time("migration_task_seconds", { outcome: 'a"b\\c\nd' }, 1);
  assert.ok(
    (await metrics.text()).includes(String.raw`migration_task_seconds_count{outcome="a\"b\\c\nd",service="worker"} 1`),
  );
});
