// needs: charon
import assert from "node:assert/strict";
import { type TestContext, after, before, describe, test } from "node:test";
import type { TunnelLab } from "../../../packages/tunnel/src/testing/tunnel-lab.ts";
import { type JobStats, type System, hasEnded } from "../../system/system.ts";
import { type Bed, assertWhole, graceMs, mostAttempts, openBed, synthetic } from "./bed.ts";
import { capture } from "./capture.ts";
import { testBeforeTheFirstTunnel } from "./controls.ts";

const options = { signal: AbortSignal.timeout(480_000) };
const objects = 240;
/** So slow that a cut meets the job in its middle. */
const limits = { requestsPerSecond: 30 };

describe("a migration through the tunnel", () => {
  let bed: Bed;
  let lab: TunnelLab;
  let system: System;
  let folder: string;

  before(async () => {
    bed = await openBed({
      role: "self",
      sources: {
        "small-bucket": synthetic(200, 16_384),
        "large-bucket": synthetic(1, 64 * 1024 ** 2),
        "cut-bucket": synthetic(objects, 16_384),
      },
    });
    ({ lab, system, folder } = bed);
  });
  after(() => bed?.close());

  testBeforeTheFirstTunnel(
    () => bed,
    async () => (await bed.worker()).tunnel?.refusedPackets ?? 0,
  );

  test("a worker whose tunnel is down takes no task, and says why", async () => {
    await bed.tunnelIs("down");
    const { state, tunnel } = await bed.worker();
    assert.equal(state, "path-down");
    assert.match(tunnel?.reason ?? "", /charon does not tell/);
  });

  test("200 objects go through the tunnel, and the internet sees ESP in UDP only", async () => {
    await lab.bringUp();
    await bed.tunnelIs("up");
    const wire = await capture(lab.network, folder);
    const stats = await system.until(await system.submit(bed.jobFrom("small-bucket")), hasEnded, graceMs);
    const seen = await wire.stop();
    assertWhole(stats, 200);
    assert.deepEqual([seen.clear, seen.other], [0, 0]);
    assert.ok(seen.esp > 200, `${seen.esp} packets of ESP`);
  });

  test("an object of 64 MiB goes through the tunnel in parts", async () => {
    const job = bed.jobFrom("large-bucket", {
      largeObjects: { multipartThreshold: 8 * 1024 ** 2, partSize: 8 * 1024 ** 2 },
    });
    assertWhole(await system.until(await system.submit(job), hasEnded, graceMs), 1);
    const { prefix } = job.target;
    const direct = { ...job, target: { ...job.target, endpoint: system.stores.oss.url, addresses: [], prefix } };
    const { isEqual, lastLine } = await system.compare(direct);
    assert.ok(isEqual, lastLine);
  });

  /** That the gateway dies without a word is in outage.e2e.ts. */
  const cuts: readonly Cut[] = [
    {
      name: "the security associations are deleted",
      cut: () => lab.host.charon.terminate("lab-1", options),
      mend: () => lab.host.charon.initiate("lab-1", options),
    },
    {
      name: "the host's charon is killed",
      cut: () => lab.host.stop("SIGKILL"),
      mend: async () => {
        await lab.host.start();
        await lab.loadKeys();
        await lab.host.charon.initiate("lab-1", options);
      },
    },
    {
      name: "the key becomes a wrong one",
      cut: async () => {
        await lab.loadKeys("not the gateway's key");
        await lab.host.charon.terminate("lab-1", options);
        await assert.rejects(lab.host.charon.initiate("lab-1", options), /CHARON_REFUSED/);
        assert.match(lab.host.log(), /AUTHENTICATION_FAILED/);
      },
      mend: async () => {
        await lab.loadKeys();
        await lab.host.charon.initiate("lab-1", options);
      },
    },
  ];

  for (const { name, cut, mend } of cuts) {
    test(`a job goes on to its end although ${name} in its middle: nothing fails, nothing leaks, no attempt is burnt`, async (t) => {
      const job = bed.jobFrom("cut-bucket", { limits, tasks: { objectCountLimit: 40 } });
      const id = await system.submit(job);
      await system.until(id, ({ objects: { copied } }) => copied >= 40, graceMs);
      const wire = await capture(lab.network, folder);
      await cut();
      await bed.tunnelIs("down");
      await system.until(id, ({ runningTasks }) => runningTasks === 0, graceMs);
      const during = await system.stats(id);
      assert.ok(during.objects.copied < objects, "the cut came too late to prove anything");
      await mend();
      await lab.installed("host", 1);
      const mendedAtMs = Date.now();
      await system.until(id, ({ runningTasks }) => runningTasks > 0, graceMs);
      t.diagnostic(`${Date.now() - mendedAtMs} ms from the child's installation to the first task`);
      const stats = await system.until(id, hasEnded, graceMs);
      const seen = await wire.stop();
      assertWhole(stats, objects);
      assert.deepEqual([seen.clear, seen.other], [0, 0]);
      assert.equal(mostAttempts(system, id, objects), 1);
      report(t, during);
    });
  }

  test("control: without the guard a host whose tunnel is down sends in clear, and the capture sees it", async () => {
    await lab.host.charon.terminate("lab-1", options);
    lab.guard("off");
    const wire = await capture(lab.network, folder);
    bed.plainRequest();
    assert.ok((await wire.stop()).clear > 0);
  });

  test("without the guard too, a worker whose tunnel is down sends nothing", async () => {
    await bed.tunnelIs("down");
    const wire = await capture(lab.network, folder);
    const id = await system.submit(bed.jobFrom("small-bucket"));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const { objects: done } = await system.stats(id);
    assert.deepEqual([done.copied, done.failed], [0, 0]);
    await wire.stop();
    lab.guard("on");
    await lab.host.charon.initiate("lab-1", options);
    assertWhole(await system.until(id, hasEnded, graceMs), 200);
  });
});

interface Cut {
  readonly name: string;
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
}

function report(t: TestContext, { objects: { copied }, pendingTasks }: JobStats): void {
  t.diagnostic(`while the tunnel was down: ${copied} objects copied, ${pendingTasks} tasks waiting`);
}
