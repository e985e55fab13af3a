import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { createLogger } from "@causeway/shared/platform/logger.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { createPathWatch } from "./path-watch.ts";

const log = createLogger({ service: "test", level: "fatal", version: "0" });
const unreachable = new Fault("TARGET_UNREACHABLE", "transient");
const barred = new Fault("PATH_REFUSED", "path");
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open() {
  const clock = createManualClock();
  const watch = createPathWatch(clock, log);
  const changes: boolean[] = [];
  watch.onChange(() => changes.push(watch.isAllDown()));
  return {
    clock,
    watch,
    changes,
    target: watch.path("target", "http://oss"),
    source: watch.path("source", "http://s3"),
  };
}

test("a path is down after fifteen seconds without one success, not before", () => {
  const { clock, target } = open();
  target.failed(unreachable);
  clock.advance(14_999);
  target.failed(unreachable);
  assert.equal(target.isDown(), false);
  clock.advance(1);
  target.failed(unreachable);
  assert.equal(target.isDown(), true);
});

test("one success in between says that the path works", () => {
  const { clock, target } = open();
  target.failed(unreachable);
  clock.advance(14_000);
  target.worked();
  target.failed(unreachable);
  clock.advance(14_000);
  target.failed(unreachable);
  assert.equal(target.isDown(), false);
  assert.equal(target.isSuspect(), true);
});

test("a path that is barred is down at once", () => {
  const { target, changes } = open();
  target.failed(barred);
  assert.equal(target.isDown(), true);
  assert.deepEqual(changes, [true]);
});

test("while another target works, not all is down", () => {
  const { target, watch } = open();
  watch.path("target", "http://other");
  target.failed(barred);
  assert.equal(watch.isAllDown(), false);
});

test("a path that is down is probed until an answer comes; all callers wait for the same one", async () => {
  const { clock, target, watch, changes } = open();
  target.failed(barred);
  let probes = 0;
  const probe = async (): Promise<void> => {
    probes += 1;
    if (probes < 3) throw unreachable;
  };
  const { signal } = new AbortController();
  const both = Promise.all([watch.recover(target, probe, signal), watch.recover(target, probe, signal)]);
  for (let n = 0; n < 3; n += 1) {
    clock.advance(1000);
    await turn();
  }
  await both;
  assert.equal(probes, 3);
  assert.equal(target.isDown(), false);
  assert.deepEqual(changes, [true, false]);
});

test("a path is no longer suspect once the store answers something else: it was that one request", async () => {
  const watch = createPathWatch(createManualClock(), log);
  let asked = 0;
  const path = watch.path("source", "http://s3", {
    probe: async () => {
      asked += 1;
    },
  });
  path.failed(new Fault("SOURCE_UNREACHABLE", "transient"));
  assert.equal(path.isSuspect(), true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([path.isSuspect(), asked], [false, 1]);
});

test("a path whose store answers nothing else either stays suspect, and is asked once at a time", async () => {
  const watch = createPathWatch(createManualClock(), log);
  let asked = 0;
  const path = watch.path("source", "http://s3", {
    probe: () => {
      asked += 1;
      return new Promise((_resolve, reject) => setImmediate(reject, new Error("no answer")));
    },
  });
  for (let n = 0; n < 3; n += 1) path.failed(new Fault("SOURCE_UNREACHABLE", "transient"));
  assert.equal(asked, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(path.isSuspect(), true);
});

test("what a store asks for is waited for, by everybody who goes there", async () => {
  const clock = createManualClock();
  const watch = createPathWatch(clock, log);
  const path = watch.path("target", "http://oss");
  const { signal } = new AbortController();
  assert.equal(path.rested(signal), undefined);
  path.rest(3000);
  path.rest(1000);
  let isAwake = false;
  const waited = path.rested(signal)?.then(() => (isAwake = true));
  clock.advance(2999);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isAwake, false);
  clock.advance(1);
  await waited;
  assert.equal(path.rested(signal), undefined);
});

test("what the link does not carry is down at once, also while nothing was tried, and up again as soon as it does", () => {
  const { watch, target, source, changes } = open();
  const cut = new Fault("TUNNEL_DOWN", "path");
  watch.sight({ barred: cut, barredTargets: new Map() });
  assert.deepEqual([target.isDown(), source.isDown(), watch.isAllDown()], [true, false, true]);
  assert.equal(watch.path("target", "http://new").isDown(), true);
  watch.sight({ barred: undefined, barredTargets: new Map() });
  assert.deepEqual([target.isDown(), watch.isAllDown()], [false, false]);
  assert.deepEqual(changes, [true, false]);
});

test("an address that the link does not carry bars its own target only", () => {
  const { watch, target } = open();
  const other = watch.path("target", "http://other", { addresses: ["192.0.2.1"] });
  assert.deepEqual(watch.targets(), [
    { endpoint: "http://oss", addresses: [] },
    { endpoint: "http://other", addresses: ["192.0.2.1"] },
  ]);
  watch.sight({ barred: undefined, barredTargets: new Map([["http://other", new Fault("TUNNEL_DOWN", "path")]]) });
  assert.deepEqual([target.isDown(), other.isDown(), watch.isAllDown()], [false, true, false]);
});

test("an object that meets a barred path burns no attempt: the path is suspect", () => {
  const { watch, target } = open();
  watch.sight({ barred: new Fault("TUNNEL_DOWN", "path"), barredTargets: new Map() });
  assert.equal(target.isSuspect(), true);
});

test("a probe that gets no answer does not hold up the next one", async () => {
  const { clock, target, watch } = open();
  target.failed(barred);
  let probes = 0;
  const probe = (): Promise<void> => {
    probes += 1;
    return probes < 3 ? new Promise(() => {}) : Promise.resolve();
  };
  const recovered = watch.recover(target, probe, new AbortController().signal);
  for (let n = 0; n < 4; n += 1) {
    clock.advance(1000);
    await turn();
  }
  await recovered;
  assert.equal(target.isDown(), false);
});
