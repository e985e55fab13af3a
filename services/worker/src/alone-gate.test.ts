import assert from "node:assert/strict";
import { test } from "node:test";
import { createAloneGate } from "./alone-gate.ts";

const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a lonely task waits for the others to leave, and others wait for it", async () => {
  const gate = createAloneGate();
  const seen: string[] = [];
  const first = await gate.enter("beside", never);
  const lonely = gate.enter("alone", never).then((leave) => {
    seen.push("alone");
    return leave;
  });
  const other = gate.enter("beside", never).then((leave) => {
    seen.push("beside");
    return leave;
  });
  await turn();
  assert.deepEqual(seen, []);
  first();
  const leave = await lonely;
  await turn();
  assert.deepEqual(seen, ["alone"]);
  leave();
  (await other)();
  assert.deepEqual(seen, ["alone", "beside"]);
});

test("leaving twice is leaving once", async () => {
  const gate = createAloneGate();
  const first = await gate.enter("beside", never);
  await gate.enter("beside", never);
  first();
  first();
  let isIn = false;
  void gate.enter("alone", never).then(() => (isIn = true));
  await turn();
  assert.equal(isIn, false, "one is still beside");
});

test("a lonely task that is told to stop lets the others in", async () => {
  const gate = createAloneGate();
  const stop = new AbortController();
  await gate.enter("beside", never);
  const lonely = gate.enter("alone", stop.signal);
  const other = gate.enter("beside", never);
  stop.abort(new Error("enough"));
  await assert.rejects(lonely, /enough/);
  await other;
});
