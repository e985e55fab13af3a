import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, test } from "node:test";
import { createLifecycle } from "./lifecycle.ts";
import { createLogger } from "./logger.ts";

function start() {
  const exits: number[] = [];
  const host = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  const log = createLogger({ service: "test", level: "fatal", version: "0" }, { write: () => undefined });
  return { exits, host, lifecycle: createLifecycle(log, host) };
}

describe("the life of a process", () => {
  test("the first signal stops the service, closes what was opened in reverse order and exits 0", async () => {
    const { exits, host, lifecycle } = start();
    const steps: string[] = [];
    lifecycle.close({ close: () => void steps.push("first opened") });
    lifecycle.defer("second", () => void steps.push("second opened"));
    const drained = lifecycle.drain(async () => void steps.push("stopped"), 1000);
    assert.equal(lifecycle.stopping.aborted, false);
    host.emit("SIGTERM");
    assert.equal(lifecycle.stopping.aborted, true);
    await drained;
    assert.deepEqual(steps, ["stopped", "second opened", "first opened"]);
    assert.deepEqual(exits, [0]);
  });

  test("a second signal leaves at once with 1", () => {
    const { exits, host } = start();
    host.emit("SIGINT");
    assert.deepEqual(exits, []);
    host.emit("SIGINT");
    assert.deepEqual(exits, [1]);
  });

  test("something that cannot be closed does not keep the rest open", async () => {
    const { host, lifecycle } = start();
    const steps: string[] = [];
    lifecycle.close({ close: () => void steps.push("closed") });
    lifecycle.close({ close: () => Promise.reject(new Error("stuck")) });
    host.emit("SIGTERM");
    await lifecycle.drain(async () => undefined, 1000);
    assert.deepEqual(steps, ["closed"]);
  });

  test("a service that cannot stop is left after its time, and what was opened is closed all the same", async () => {
    const { exits, host, lifecycle } = start();
    const steps: string[] = [];
    lifecycle.close({ close: () => void steps.push("closed") });
    host.emit("SIGTERM");
    await lifecycle.drain(() => new Promise(() => {}), 10);
    assert.deepEqual(steps, ["closed"]);
    assert.deepEqual(exits, [0]);
  });

  test("an error that nobody caught ends the process with 1", () => {
    const { exits, host } = start();
    host.emit("unhandledRejection", new Error("forgotten"));
    assert.deepEqual(exits, [1]);
  });
});
