import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { BucketConfigInput } from "../../../packages/emulators/src/core/bucket-config.ts";
import { type Place, ossAddresses, ossBlocks } from "../../../packages/tunnel/src/testing/namespaces.ts";
import { type TunnelLab, openTunnelLab } from "../../../packages/tunnel/src/testing/tunnel-lab.ts";
import { type JobStats, type System, startSystem } from "../../system/system.ts";

/** The worker as `/v1/workers` shows it, what is read of it here. */
export interface Worker {
  readonly state: string;
  readonly tunnel: {
    readonly state: string;
    readonly reason: string | null;
    readonly refusedPackets: number | null;
  } | null;
}

export interface BedPlan {
  /** `self`: the worker runs on the host with the tunnel; `gateway`: on a client, for which the host forwards. */
  readonly role: "self" | "gateway";
  /** Buckets of the source store. */
  readonly sources: Readonly<Record<string, BucketConfigInput>>;
}

/** The system with the tunnel between its worker and OSS. */
export interface Bed {
  readonly folder: string;
  readonly lab: TunnelLab;
  readonly system: System;
  /** A job to OSS' internal endpoint, whose name resolves nowhere here: its addresses are pinned. */
  jobFrom(bucket: string, extra?: object): Job;
  worker(): Promise<Worker>;
  /** Polls until `isSo`; fails with what the worker says after two minutes. */
  until(what: string, isSo: () => Promise<boolean>): Promise<void>;
  tunnelIs(state: "up" | "down"): Promise<void>;
  /** One request to OSS from where the worker is, past all that the worker does by itself; throws where none is answered. */
  plainRequest(): void;
  close(): Promise<void>;
}

export interface Job extends Record<string, unknown> {
  readonly target: Record<string, unknown>;
}

/** A gateway that died is given up by DPD within half a minute; then the tunnel comes back as soon as the gateway does. */
export const graceMs = 120_000;

export async function openBed({ role, sources }: BedPlan): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), "causeway-tunnel-"));
  const lab = openTunnelLab(folder, role);
  const place: Place = role === "self" ? "host" : "client";
  const link = role === "self" ? { TUNNEL_VICI_SOCKET: lab.host.socket } : {};
  const system = await startSystem({
    workers: 1,
    moreSources: sources,
    layout: {
      ossAddress: ossAddresses[3] ?? "",
      within: (name) => (name === "redis" || name === "api" ? [] : lab.network.within(name === "oss" ? "oss" : place)),
    },
    env: { ...link, OSS_ALLOWED_CIDRS: ossBlocks.join(",") },
  }).catch(async (error: unknown) => {
    await lab.close();
    throw error;
  });
  const worker = async (): Promise<Worker> => {
    const { body } = await system.call("GET", "/workers");
    const [first] = (body as { readonly items: readonly Worker[] }).items;
    assert.ok(first, "no worker is registered");
    return first;
  };
  const until: Bed["until"] = async (what, isSo) => {
    for (const endsAtMs = Date.now() + graceMs; !(await isSo());) {
      if (Date.now() > endsAtMs) assert.fail(`${what}: not so in ${graceMs} ms; ${JSON.stringify(await worker())}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return {
    folder,
    lab,
    system,
    worker,
    until,
    tunnelIs: (state) => until(`the tunnel is ${state}`, async () => (await worker()).tunnel?.state === state),
    jobFrom(bucket, extra = {}) {
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
    },
    plainRequest() {
      const ask = `exec 3<>/dev/tcp/${ossAddresses[0]}/80 && printf 'GET / HTTP/1.0\\r\\nx-oss-mark: 1\\r\\n\\r\\n' >&3 && head -c1 <&3`;
      lab.network.run(place, "timeout", "3", "bash", "-c", ask);
    },
    async close() {
      await system.stop();
      await lab.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function synthetic(count: number, sizeBytes: number): BucketConfigInput {
  return {
    kind: "synthetic",
    objects: count,
    keys: { scheme: "sequential", prefix: "from/" },
    sizes: { distribution: "fixed", bytes: sizeBytes },
  };
}

export function assertWhole(stats: JobStats, count: number): void {
  const { jobState, objects: of } = stats;
  assert.deepEqual([jobState, of.copied, of.failed], ["Succeed", count, 0], JSON.stringify(stats));
}

/** The most attempts that any of a job's objects took, as the journal tells; it has to tell of `count` at least. */
export function mostAttempts({ folder }: System, jobId: string, count: number): number {
  const parts = join(folder, "journal", jobId, "parts");
  const rows = readdirSync(parts, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ndjson.gz"))
    .flatMap((name) =>
      gunzipSync(readFileSync(join(parts, name)))
        .toString()
        .trimEnd()
        .split("\n"),
    );
  assert.ok(rows.length >= count, `${rows.length} rows in the journal`);
  return Math.max(...rows.map((row) => (JSON.parse(row) as { readonly attempts: number }).attempts));
}
