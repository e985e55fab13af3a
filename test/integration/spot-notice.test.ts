import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startSystem, type System } from "../system/system.ts";

test(
  "each process of a worker beats; when its host gets a spot notice all hand their tasks back and leave",
  { timeout: 120_000 },
  async (t) => {
    let notice: string | undefined;
    const metadata = createServer((request, response) => {
      const isToken = request.method === "PUT";
      response.writeHead(isToken || notice !== undefined ? 200 : 404).end(isToken ? "token" : notice);
    });
    metadata.listen(0, "127.0.0.1");
    await once(metadata, "listening");
    t.after(() => {
      metadata.closeAllConnections();
      metadata.close();
    });
    // A listening TCP server has such an address.
    const { port } = metadata.address() as AddressInfo;
    const keys = { scheme: "sequential", prefix: "from/" } as const;
    const system = await startSystem({
      workers: 1,
      env: {
        SPOT_NOTICE_URL: `http://127.0.0.1:${port}/latest/meta-data/spot/instance-action`,
        WORKER_PROCESSES: "2",
        DRAIN_TIMEOUT_MS: "1000",
      },
      source: { kind: "synthetic", objects: 2000, keys, sizes: { distribution: "fixed", bytes: 1000 } },
    });
    t.after(() => system.stop());
    await system.faults("oss", { rules: [{ operation: "PutObject", fault: "latency", ms: 2000 }] });
    const id = await system.submit(system.job({ tasks: { objectCountLimit: 500 } }));
    await system.until(id, ({ runningTasks }) => runningTasks > 0);
    const both = await beating(system, 2, t.signal);
    assert.deepEqual(new Set(both.map(({ host }) => host)).size, 1);
    assert.ok(
      !both.some(({ pid }) => pid === system.processes.pid("worker-1")),
      "each process beats, their parent does not",
    );
    notice = '{"action":"terminate"}';
    const left = await system.until(id, ({ runningTasks }) => runningTasks === 0);
    assert.equal(left.jobState, "Running");
    assert.equal(left.objects.failed, 0);
    while (isAlive(system.processes.pid("worker-1"))) await sleep(100, undefined, { signal: t.signal });
    assert.match(await system.processes.log("worker-1"), /is to be taken away/);
    await beating(system, 0, t.signal);
  },
);

interface Registered {
  readonly host: string;
  readonly pid: number;
}

/** The registered processes, once they are so many. */
async function beating(system: System, count: number, signal: AbortSignal): Promise<readonly Registered[]> {
  for (;;) {
    const { body } = await system.call("GET", "/workers");
    const { items } = body as { readonly items: readonly Registered[] };
    if (items.length === count) return items;
    await sleep(200, undefined, { signal });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
