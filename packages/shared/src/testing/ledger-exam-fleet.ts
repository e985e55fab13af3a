import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type WorkerRecord, workerTtlMs } from "../ports/worker-registry.ts";
import type { LedgerSubject } from "./ledger-subject.ts";

const { signal } = new AbortController();

export function examFleet(open: () => Promise<LedgerSubject>): void {
  describe("leases and workers", () => {
    test("a lease is taken, renewed and given back by its holder", async () => {
      const { ledger } = await open();
      assert.equal(await ledger.lease.hold("sweep", 60_000, { signal }), true);
      assert.equal(await ledger.lease.hold("sweep", 60_000, { signal }), true);
      await ledger.lease.release("sweep");
      await ledger.lease.release("sweep");
      assert.equal(await ledger.lease.hold("sweep", 60_000, { signal }), true);
      await assert.rejects(ledger.lease.hold("sweep", 1, { signal: AbortSignal.abort(new Error("enough")) }), /enough/);
    });

    test("a worker tells of its tunnel", async () => {
      const { ledger, clock } = await open();
      const child = { name: "t-1", remoteAddress: "192.0.2.1", bytesIn: 1, bytesOut: 2, installedSeconds: 3 };
      const tunnel = { state: "down", reason: "It is cut.", children: [child], refusedPackets: 4 } as const;
      await ledger.workers.beat({ ...someWorker("a", clock.now()), tunnel: { ...tunnel, children: [child] } });
      const [listed] = await ledger.workers.list();
      assert.deepEqual(listed?.tunnel, tunnel);
    });

    test("a worker is listed as it last described itself, until it leaves or is silent for long", async () => {
      const { ledger, clock } = await open();
      const record = (id: string, changes: Partial<WorkerRecord> = {}): WorkerRecord => ({
        ...someWorker(id, clock.now()),
        ...changes,
      });
      await ledger.workers.beat(record("a"));
      await ledger.workers.beat(record("b"));
      await ledger.workers.beat(record("c"));
      await ledger.workers.leave("c");
      clock.advance(workerTtlMs - 1);
      await ledger.workers.beat(record("a", { state: "draining" }));
      assert.deepEqual((await ledger.workers.list()).map(({ id, state }) => `${id} ${state}`).sort(), [
        "a draining",
        "b running",
      ]);
      clock.advance(1);
      await ledger.workers.beat(record("d"));
      assert.deepEqual((await ledger.workers.list()).map(({ id }) => id).sort(), ["a", "d"]);
    });
  });
}

function someWorker(id: string, heartbeatAtMs: number): WorkerRecord {
  return {
    id,
    host: "h",
    pid: 1,
    version: "1",
    taskSlots: 4,
    tasksRunning: 1,
    objectsPerSecond: 1.5,
    bytesPerSecond: 2,
    startedAtMs: 3,
    heartbeatAtMs,
    state: "running",
    tunnel: null,
  };
}
