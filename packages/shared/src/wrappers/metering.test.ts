import assert from "node:assert/strict";
import { test } from "node:test";

import { createMemorySource } from "../adapters/memory/object-source.ts";
import { createMemoryTarget } from "../adapters/memory/object-target.ts";
import type { Meter } from "../ports/meter.ts";
import { createManualClock } from "../testing/manual-clock.ts";
import { objectSourceContract } from "../testing/object-source-contract.ts";
import { withSourceMetering, withTargetMetering } from "./metering.ts";

const { signal } = new AbortController();

function createRecorder(): { meter: Meter; lines: string[] } {
  const lines: string[] = [];
  const record = (name: string, labels: Readonly<Record<string, string>>) =>
    void lines.push([name, ...Object.values(labels)].join(" "));
  return {
    meter: {
      count: record,
      time: record,
      gauge: record,
      timer:
        (...what) =>
        () =>
          record(...what),
    },
    lines,
  };
}

const silent: Meter = { count: () => {}, time: () => {}, gauge: () => {}, timer: () => () => {} };

objectSourceContract("a metered source", async () => {
  const source = createMemorySource();
  return {
    source: withSourceMetering(source, silent, createManualClock()),
    lay: async (seed) => source.lay(seed),
    take: async (key) => source.take(key),
    close: async () => {},
  };
});

test("every request is timed by store and operation, and its faults are counted by code", async () => {
  const { meter, lines } = createRecorder();
  const clock = createManualClock();
  const source = withSourceMetering(createMemorySource(), meter, clock);
  const target = withTargetMetering(createMemoryTarget(), meter, clock);
  await source.head("x", { signal });
  await assert.rejects(source.read({ key: "x", etag: "e", range: undefined }, { signal }));
  await target.uploads.abort({ key: "x", uploadId: "u" }, { signal });
  assert.deepEqual(lines, [
    "migration_request_seconds source head",
    "migration_request_faults_total source read SOURCE_OBJECT_MISSING",
    "migration_request_seconds source read",
    "migration_request_seconds target abort-upload",
  ]);
});
