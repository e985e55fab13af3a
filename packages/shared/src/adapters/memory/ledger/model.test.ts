import assert from "node:assert/strict";
import { test } from "node:test";
import { runLedgerModel } from "../../../testing/ledger-model/run.ts";
import { modelRun } from "../../../testing/ledger-model/size.ts";
import type { Weigh } from "../../../testing/ledger-model/model.ts";
import { createMemoryLedger } from "./ledger.ts";
import { weightOf } from "./state.ts";

const weigh: Weigh = async (_jobId, tasks) => tasks.reduce((sum, { objects }) => sum + weightOf(objects), 0);

test("whatever happens in whatever order, the ledger in memory loses no object and counts none twice", async (t) => {
  const run = modelRun("MEMORY", { schedules: 3000, budgetMs: 6000 });
  const done = await runLedgerModel(async (clock) => ({ ledger: createMemoryLedger(clock), weigh }), run);
  assert.ok(done > 0);
  t.diagnostic(`${done} schedules from seed ${run.seed} on`);
});
