// needs: charon
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { BucketConfigInput } from "../../../packages/emulators/src/core/bucket-config.ts";
import { ossAddresses, ossBlocks } from "../../../packages/tunnel/src/testing/namespaces.ts";
import { type TunnelLab, openTunnelLab } from "../../../packages/tunnel/src/testing/tunnel-lab.ts";
import { type JobStats, type System, hasEnded, startSystem } from "../../system/system.ts";
import { capture } from "./capture.ts";

/** The worker as `/v1/workers` shows it, what is read of it here. */
interface Worker {
  readonly state: string;
  readonly tunnel: { readonly state: string; readonly reason: string | null; readonly refusedPackets: number | null };
}

const options = { signal: AbortSignal.timeout(480_000) };
const objects = 240;
/** So slow that a cut meets the job in its middle. */
const limits = { requestsPerSecond: 30 };
/** A gateway that died is given up by DPD within half a minute; then the tunnel comes back as soon as the gateway does. */
const graceMs = 120_000;

describe("a migration through the tunnel", () => {
  let folder: string;
  let lab: TunnelLab;
  let system: System;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "causeway-tunnel-"));
    lab = openTunnelLab(folder);
    system = await startSystem({
      workers: 1,
      source: synthetic(200, 16_384),
      moreSources: { "large-bucket": synthetic(1, 64 * 1024 ** 2), "cut-bucket": synthetic(objects, 16_384) },
      layout: {
        ossAddress: ossAddresses[3] ?? "",
        within: (name) =>
          name === "redis" || name === "api" ? [] : lab.network.within(name === "oss" ? "oss" : "host"),
      },
      env: { TUNNEL_VICI_SOCKET: lab.host.socket, OSS_ALLOWED_CIDRS: ossBlocks.join(",") },
    });
  });
  after(async () => {
    await system?.stop();
    await lab?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A job to OSS' internal endpoint, whose name resolves nowhere here: its addresses are pinned. */
  const jobFrom = (bucket: string, extra: object = {}) => {
    const job = system.job(extra);
    return {
      ...job,
      source: { ...(job["source"] as object), bucket },
      target: {
        ...(job["target"] as object),
        endpoint: "http://oss-cn-shanghai-internal.aliyuncs.com",
        addresses: ossAddresses,
        prefix: `${String(job["name"])}/`,
      },
    };
  };
  const worker = async (): Promise<Worker> => {
    const { body } = await system.call("GET", "/workers");
    const [first] = (body as { readonly items: readonly Worker[] }).items;
    assert.ok(first, "no worker is registered");
    return first;
  };
  const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    for (const endsAtMs = Date.now() + graceMs; !(await isSo());) {
      if (Date.now() > endsAtMs) assert.fail(`${what}: not so in ${graceMs} ms; ${JSON.stringify(await worker())}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const tunnelIs = (state: string) =>
    until(`the tunnel is ${state}`, async () => (await worker()).tunnel?.state === state);
  /** One request to OSS from the host, past all that the worker does by itself. */
  const plainRequest = (): void => {
    const ask = `exec 3<>/dev/tcp/${ossAddresses[0]}/80 && printf 'GET / HTTP/1.0\\r\\nx-oss-mark: 1\\r\\n\\r\\n' >&3 && head -c1 <&3`;
    lab.network.run("host", "timeout", "3", "bash", "-c", ask);
  };

  test("control: without tunnel and guard a request goes out in clear, and the capture sees it", async () => {
    const wire = await capture(lab.network, folder);
    plainRequest();
    const seen = await wire.stop();
    assert.ok(seen.clear > 0, JSON.stringify(seen));
    assert.equal(seen.esp, 0);
  });

  test("before charon's first start routes and guard close OSS' addresses, each by itself; what the guard refuses is counted", async () => {
    lab.guard("on");
    const wire = await capture(lab.network, folder);
    assert.throws(plainRequest);
    lab.network.run("host", "ip", "route", "del", "unreachable", ossBlocks[0], "metric", "4294967295");
    assert.throws(plainRequest);
    assert.deepEqual(await wire.stop(), { clear: 0, other: 0, esp: 0 });
    await until("refused packets are told", async () => ((await worker()).tunnel?.refusedPackets ?? 0) > 0);
    lab.guard("on");
  });

  test("a worker whose tunnel is down takes no task, and says why", async () => {
    await tunnelIs("down");
    const { state, tunnel } = await worker();
    assert.equal(state, "path-down");
    assert.match(tunnel.reason ?? "", /charon does not tell/);
  });

  test("200 objects go through the tunnel, and the internet sees ESP in UDP only", async () => {
    await lab.bringUp();
    await tunnelIs("up");
    const wire = await capture(lab.network, folder);
    const stats = await system.until(await system.submit(jobFrom("source-bucket")), hasEnded, graceMs);
    const seen = await wire.stop();
    assertWhole(stats, 200);
    assert.deepEqual([seen.clear, seen.other], [0, 0]);
    assert.ok(seen.esp > 200, `${seen.esp} packets of ESP`);
  });

  test("an object of 64 MiB goes through the tunnel in parts", async () => {
    const job = jobFrom("large-bucket", {
      largeObjects: { multipartThreshold: 8 * 1024 ** 2, partSize: 8 * 1024 ** 2 },
    });
    assertWhole(await system.until(await system.submit(job), hasEnded, graceMs), 1);
    const { prefix } = job.target;
    const direct = { ...job, target: { ...job.target, endpoint: system.stores.oss.url, addresses: [], prefix } };
    const { isEqual, lastLine } = await system.compare(direct);
    assert.ok(isEqual, lastLine);
  });

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
    {
      name: "the gateway dies without a word",
      cut: () => lab.gateway.stop("SIGKILL"),
      mend: async () => {
        // Dead peer detection gives the old one up, and calls until the new one answers: nobody helps.
        await lab.gateway.start();
        await lab.loadKeys();
        await lab.installed("gateway", 1);
      },
    },
  ];

  for (const { name, cut, mend } of cuts) {
    test(`a job goes on to its end although ${name} in its middle: nothing fails, nothing leaks, no attempt is burnt`, async (t) => {
      const job = jobFrom("cut-bucket", { limits, tasks: { objectCountLimit: 40 } });
      const id = await system.submit(job);
      await system.until(id, ({ objects: { copied } }) => copied >= 40, graceMs);
      const wire = await capture(lab.network, folder);
      await cut();
      await tunnelIs("down");
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
      assert.equal(mostAttempts(system.folder, id), 1);
      report(t, during);
    });
  }

  test("control: without the guard a host whose tunnel is down sends in clear, and the capture sees it", async () => {
    await lab.host.charon.terminate("lab-1", options);
    lab.guard("off");
    const wire = await capture(lab.network, folder);
    plainRequest();
    assert.ok((await wire.stop()).clear > 0);
  });

  test("without the guard too, a worker whose tunnel is down sends nothing", async () => {
    await tunnelIs("down");
    const wire = await capture(lab.network, folder);
    const id = await system.submit(jobFrom("source-bucket"));
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const { objects: done } = await system.stats(id);
    assert.deepEqual([done.copied, done.failed], [0, 0]);
    await wire.stop();
    lab.guard("on");
    await lab.host.charon.initiate("lab-1", options);
    assertWhole(await system.until(id, hasEnded, graceMs), 200);
  });
});

function synthetic(count: number, sizeBytes: number): BucketConfigInput {
  return {
    kind: "synthetic",
    objects: count,
    keys: { scheme: "sequential", prefix: "from/" },
    sizes: { distribution: "fixed", bytes: sizeBytes },
  };
}

interface Cut {
  readonly name: string;
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
}

function assertWhole(stats: JobStats, count: number): void {
  const { jobState, objects: of } = stats;
  assert.deepEqual([jobState, of.copied, of.failed], ["Succeed", count, 0], JSON.stringify(stats));
}

function report(t: TestContext, { objects: { copied }, pendingTasks }: JobStats): void {
  t.diagnostic(`while the tunnel was down: ${copied} objects copied, ${pendingTasks} tasks waiting`);
}

/** The most attempts that any object of a job took, as the journal tells. */
function mostAttempts(folder: string, jobId: string): number {
  const parts = join(folder, "journal", jobId, "parts");
  const rows = readdirSync(parts, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ndjson.gz"))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(parts, name)))
        .toString()
        .trimEnd()
        .split("\n"),
    );
  assert.ok(rows.length >= objects, `${rows.length} rows in the journal`);
  return Math.max(...rows.map((row) => (JSON.parse(row) as { readonly attempts: number }).attempts));
}
