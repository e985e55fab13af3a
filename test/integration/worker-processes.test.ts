import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startSystem, type System } from "../system/system.ts";

/** The process ids of the workers that give a sign of life. */
async function workersOf(system: System): Promise<readonly number[]> {
  const { status, body } = await system.call("GET", "/workers");
  if (status !== 200) return [];
  return (body as { readonly items: readonly { readonly pid: number }[] }).items.map(({ pid }) => pid);
}

async function workersUntil(system: System, isSo: (pids: readonly number[]) => boolean): Promise<readonly number[]> {
  for (const endsAtMs = Date.now() + 120_000; ; await sleep(200)) {
    const pids = await workersOf(system);
    if (isSo(pids)) return pids;
    assert.ok(Date.now() < endsAtMs, `not so in time: ${JSON.stringify(pids)}`);
  }
}

test(
  "a worker that is told nothing runs one process for each core, each with its heartbeat, and begins anew one that dies",
  {
    timeout: 300_000,
  },
  async (t) => {
    const system = await startSystem({ workers: 1, env: { WORKER_PROCESSES: undefined } });
    t.after(() => system.stop());
    const cores = availableParallelism();
    const first = await workersUntil(system, (pids) => pids.length >= cores);
    // One too many would have come by then, too: all are started at once.
    await sleep(3000);
    assert.deepEqual(new Set(await workersOf(system)), new Set(first));
    assert.deepEqual([first.length, new Set(first).size], [cores, cores]);
    const parent = system.processes.pid("worker-1");
    assert.equal(first.includes(parent), cores === 1, "of several, the first one only looks after them");

    if (cores > 1) {
      const [dead = 0, ...others] = first;
      process.kill(dead, "SIGKILL");
      const then = await workersUntil(system, (pids) => pids.length === cores && !pids.includes(dead));
      for (const pid of others) assert.ok(then.includes(pid), `${pid} went on`);
    }
    await system.processes.kill("worker-1", "SIGTERM");
    await workersUntil(system, (pids) => pids.length === 0);
  },
);

/** The engine by a worker's log and by its metrics. */
async function engineOf(system: System): Promise<readonly (string | undefined)[]> {
  for (const endsAtMs = Date.now() + 120_000; ; await sleep(200)) {
    const log = await system.processes.log("worker-1");
    const engine = /"crc64":"([^"]+)"/.exec(log)?.[1];
    const url = /"url":"(http:[^"]+)"/.exec(log)?.[1];
    if (engine !== undefined && url !== undefined) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return [engine, /^migration_crc64_engine\{.*engine="([^"]+)".*\} 1$/m.exec(metrics)?.[1]];
    }
    assert.ok(Date.now() < endsAtMs, log);
  }
}

const build = fileURLToPath(new URL("../../packages/shared/native/build.mjs", import.meta.url));

test(
  "log and metrics of a worker name what computes CRC-64: the native module where it is built, WebAssembly where that is asked for",
  {
    timeout: 300_000,
  },
  async (t) => {
    for (const [choice, expected] of [
      ["auto", /^(pclmulqdq|pmull|table)$/],
      ["wasm", /^wasm$/],
    ] as const) {
      await t.test(choice, async (t) => {
        if (choice === "auto") {
          const compiler = process.env["CC"] ?? "cc";
          if (spawnSync(compiler, ["--version"]).status !== 0) return t.skip(`no C compiler (${compiler})`);
          execFileSync(process.execPath, [build]);
        }
        const system = await startSystem({ workers: 1, env: { CRC64_ENGINE: choice } });
        t.after(() => system.stop());
        const [logged, measured] = await engineOf(system);
        assert.match(logged ?? "", expected);
        assert.equal(measured, logged);
      });
    }
  },
);
