import assert from "node:assert/strict";
import { test } from "node:test";
import { ledgerContract } from "../../../testing/ledger-contract.ts";
import { createManualClock } from "../../../testing/manual-clock.ts";
import { createMemoryLease } from "./fleet.ts";
import { createMemoryLedger } from "./ledger.ts";

ledgerContract("memory", async (clock) => createMemoryLedger(clock));

test("a lease in memory is one holder's until it expires or is released", async () => {
  const clock = createManualClock();
  const { signal } = new AbortController();
  const duties = new Map();
  const [a, b] = [createMemoryLease(duties, "a", clock), createMemoryLease(duties, "b", clock)];
  assert.equal(await a.hold("sweep", 1000, { signal }), true);
  assert.equal(await b.hold("sweep", 1000, { signal }), false);
  await b.release("sweep");
  assert.equal(await b.hold("sweep", 1000, { signal }), false);
  clock.advance(1000);
  assert.equal(await b.hold("sweep", 1000, { signal }), true);
  assert.equal(await a.hold("sweep", 1000, { signal }), false);
});
