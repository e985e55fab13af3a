import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetBudget } from "../ports/fleet-budget.ts";

/** The exam of every fleet budget. `wait` lets the budget's own time pass. */
export function fleetBudgetContract(
  name: string,
  budget: () => FleetBudget,
  wait: (ms: number) => Promise<void>,
): void {
  const allowance = { bytesPerSecond: 1_000_000, requestsPerSecond: 100 };

  test(`${name}: what has no limit is granted whole`, async () => {
    const wanted = { bytes: 5e12, requests: 1e6 };
    const free = { bytesPerSecond: 0, requestsPerSecond: 0 };
    assert.deepEqual(await budget().lease("free", wanted, free), { granted: wanted });
  });

  test(`${name}: a new budget grants at most a tenth of a second's worth, then says when to ask again`, async () => {
    const first = await budget().lease("new", { bytes: 1e9, requests: 1e6 }, allowance);
    assert.ok("granted" in first);
    assert.ok(first.granted.bytes >= 100_000 && first.granted.bytes <= 200_000, `${first.granted.bytes}`);
    const empty = { bytesPerSecond: 1, requestsPerSecond: 1 };
    await budget().lease("empty", { bytes: 10, requests: 10 }, empty);
    const second = await budget().lease("empty", { bytes: 10, requests: 10 }, empty);
    assert.ok("retryAfterMs" in second && second.retryAfterMs > 0);
  });

  test(`${name}: a budget grows with time, but never beyond one second's worth`, async () => {
    await budget().lease("grow", { bytes: 1e9, requests: 1e6 }, allowance);
    await wait(2500);
    const slice = await budget().lease("grow", { bytes: 1e9, requests: 1e6 }, allowance);
    assert.deepEqual(slice, { granted: { bytes: 1_000_000, requests: 100 } });
  });

  test(`${name}: budgets of different names do not touch each other`, async () => {
    await budget().lease("one", { bytes: 1e9, requests: 1e6 }, allowance);
    const other = await budget().lease("other", { bytes: 10_000, requests: 1 }, allowance);
    assert.deepEqual(other, { granted: { bytes: 10_000, requests: 1 } });
  });

  test(`${name}: a limit that is lowered holds from the next lease on`, async () => {
    await budget().lease("lower", { bytes: 1e9, requests: 0 }, allowance);
    await wait(1500);
    const slice = await budget().lease("lower", { bytes: 1e9, requests: 0 }, { ...allowance, bytesPerSecond: 100 });
    assert.deepEqual(slice, { granted: { bytes: 100, requests: 0 } });
  });
}
