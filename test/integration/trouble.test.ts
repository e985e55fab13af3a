import assert from "node:assert/strict";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { hasEnded, startSystem, type System } from "../system/system.ts";

const objects = 4000;
let system: System;
before(async () => {
  const keys = { scheme: "sequential", prefix: "from/" } as const;
  system = await startSystem({
    source: { kind: "synthetic", objects, keys, sizes: { distribution: "fixed", bytes: 500 } },
  });
});
after(() => system.stop());

test(
  "a journal that cannot be written is a running job's reason, and the job goes on when it can",
  { timeout: 240_000 },
  async () => {
    const journal = join(system.folder, "journal");
    await system.faults("s3", { rules: [{ operation: "GetObject", fault: "latency", ms: 50 }] });
    const job = system.job({ tasks: { objectCountLimit: 50 } });
    const id = await system.submit(job);
    await system.until(id, ({ succeedTasks }) => succeedTasks > 0);
    // A file in the folder's place: nothing below it can be written, not even as root.
    await rename(journal, `${journal}.away`);
    await writeFile(journal, "");
    const troubled = await system.until(id, ({ stateReason }) => stateReason !== null);
    assert.equal(troubled.jobState, "Running");
    assert.equal(troubled.stateReason?.code, "JOURNAL_FAILED");
    assert.match(troubled.stateReason.message, /ENOTDIR|EEXIST/);
    const shown = await system.call("GET", `/jobs/${id}`);
    assert.match(JSON.stringify(shown.body), /JOURNAL_FAILED/);

    await rm(journal);
    await rename(`${journal}.away`, journal);
    await system.faults("s3", {});
    const ended = await system.until(id, hasEnded);
    assert.deepEqual([ended.jobState, ended.objects.copied, ended.objects.failed], ["Succeed", objects, 0]);
    assert.equal(ended.stateReason, null);
  },
);
