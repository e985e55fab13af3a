import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSystemClock } from "../adapters/system/clock.ts";
import { Fault } from "../domain/fault.ts";
import { ok } from "../domain/preflight/line.ts";
import { createCheckRunner } from "./check.ts";

const { signal } = new AbortController();
const runner = (limitMs: number, outer = signal) => createCheckRunner(createSystemClock(), outer, limitMs);
const fine = { findings: [ok("fine")], value: 1 };

describe("a check", () => {
  test("that ignores its signal ends at its limit all the same", async () => {
    const { lines, value } = await runner(50)("redis", () => new Promise<never>(() => undefined));
    assert.equal(value, undefined);
    assert.equal(lines[0]?.state, "failure");
  });

  test("that throws becomes a line: a fault with its cure, anything else as a mistake of ours", async () => {
    const fault = await runner(5000)("target.write", () =>
      Promise.reject(new Fault("TARGET_BUCKET_MISSING", "permanent", { said: "NoSuchBucket" })),
    );
    assert.match(fault.lines[0]?.message ?? "", /no such bucket.*NoSuchBucket/);
    assert.match(fault.lines[0]?.cure ?? "", /Create it/);
    const defect = await runner(5000)("redis", () => Promise.reject(new TypeError("x is not a function")));
    assert.match(defect.lines[0]?.message ?? "", /broke: x is not a function/);
  });

  test("tries passing faults three times, and then says that it had to", async () => {
    let calls = 0;
    const { lines } = await runner(20_000)("source.list", async ({ tried }) => {
      await tried(async () => {
        calls += 1;
        if (calls < 3) throw new Fault("SOURCE_FAILED", "transient");
      });
      return fine;
    });
    assert.deepEqual([calls, lines.map(({ state }) => state)], [3, ["ok", "warning"]]);
    calls = 0;
    const never = await runner(20_000)("source.list", async ({ tried }) => {
      await tried(async () => {
        calls += 1;
        throw new Fault("SOURCE_FAILED", "transient");
      });
      return fine;
    });
    assert.deepEqual([calls, never.lines.map(({ state }) => state)], [3, ["failure"]]);
  });

  test("of somebody who went away rejects with the reason", async () => {
    const reason = new Error("gone");
    const looking = runner(5000, AbortSignal.abort(reason))("redis", () => Promise.reject(new Error("late")));
    await assert.rejects(looking, reason);
  });
});
