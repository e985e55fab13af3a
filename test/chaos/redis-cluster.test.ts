import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { createProcesses, type Processes } from "../system/processes.ts";
import { freePort, hasEnded, startSystem } from "../system/system.ts";

const objects = 1500;
const sizeBytes = 3000;
const masters = 3;
/** That none of so many lies on the third master happens once in 400 runs at most. */
const mostJobs = 15;

/** A node's bus listens 10,000 ports above it. */
const highestPort = 55_000;

interface Node {
  readonly name: string;
  readonly port: number;
}

test(
  "a migration over a Redis Cluster of three masters survives kill -9 of the one that holds the job: its replica takes over, totals are exact",
  { timeout: 400_000 },
  async (t) => {
    const { processes, nodes } = await startCluster(t);
    const url = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
    const system = await startSystem({
      redisUrl: url,
      workers: 2,
      source: {
        kind: "synthetic",
        objects,
        keys: { scheme: "sequential", prefix: "from/" },
        sizes: { distribution: "fixed", bytes: sizeBytes },
      },
    });
    t.after(() => system.stop());
    await system.faults("oss", { rules: [{ operation: "PutObject", fault: "latency", ms: 150 }] });
    // A job's slot follows from its random id, and the index, the queues and the duties alone may leave a master empty.
    const jobs: Record<string, unknown>[] = [];
    const ids: string[] = [];
    let keysOfNodes = await mastersWithKeys(nodes);
    while (ids.length < masters || (ids.length < mostJobs && keysOfNodes.some(({ keys }) => keys === 0))) {
      const job = system.job({ tasks: { objectCountLimit: 100 }, target: targetOf(system.job(), ids.length) });
      jobs.push(job);
      ids.push(await system.submit(job));
      keysOfNodes = await mastersWithKeys(nodes);
    }
    t.diagnostic(`${ids.length} jobs; keys on each master: ${keysOfNodes.map(({ keys }) => keys).join(", ")}`);
    assert.ok(
      keysOfNodes.every(({ keys }) => keys > 0),
      "jobs, index, queues and duties lie on all masters",
    );
    const [firstId = ""] = ids;
    await system.until(firstId, (stats) => stats.objects.copied > objects / 10);
    const holder = await holderOf(nodes, `{job:${firstId}}:job`);
    t.diagnostic(`${holder.name} holds the first job and is killed with -9`);
    await processes.kill(holder.name);
    assert.equal((await system.stats(firstId).catch(() => undefined))?.jobState ?? "Running", "Running");
    for (const [at, id] of ids.entries()) {
      const end = await system.until(id, hasEnded, 240_000);
      assert.equal(end.jobState, "Succeed", JSON.stringify(end));
      assert.deepEqual(end.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
      const compared = await system.compare(jobs[at] ?? {});
      assert.ok(compared.isEqual, compared.lastLine);
    }
    const living = nodes.filter(({ name }) => name !== holder.name);
    t.diagnostic(`${(await holderOf(living, `{job:${firstId}}:job`)).name} holds it now`);
  },
);

function targetOf(job: Record<string, unknown>, n: number): object {
  return { ...(job["target"] as object), prefix: `to-${n}/` };
}

async function startCluster(t: TestContext): Promise<{ processes: Processes; nodes: readonly Node[] }> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-cluster-"));
  const processes = createProcesses(folder);
  t.after(async () => {
    await processes.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const nodes: Node[] = [];
  // A master and a replica each.
  while (nodes.length < 2 * masters) nodes.push(await startNode(processes, folder, `redis-${nodes.length + 1}`));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await redisCli(["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"]);
  for (const { port } of nodes) await untilClusterIsWhole(port);
  return { processes, nodes };
}

async function startNode(processes: Processes, folder: string, name: string): Promise<Node> {
  const dir = join(folder, name);
  await mkdir(dir);
  let port = await freePort();
  while (port > highestPort) port = await freePort();
  const durable = { appendonly: "yes", save: "", "maxmemory-policy": "noeviction" };
  const cluster = { "cluster-enabled": "yes", "cluster-node-timeout": 2000, "repl-diskless-sync-delay": 0 };
  const settings = { bind: "127.0.0.1", port, dir, ...durable, ...cluster };
  const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
  const env = { PATH: process.env["PATH"] ?? "" };
  const command = { name, command: "redis-server", args, env };
  await processes.start(command, (line) => line.includes("Ready to accept connections") || undefined);
  return { name, port };
}

/** Until it sees every slot served, and as many replicas in step as there are masters. */
async function untilClusterIsWhole(port: number): Promise<void> {
  for (;;) {
    const info = await redisCli(["-p", String(port), "CLUSTER", "INFO"]);
    const role = await redisCli(["-p", String(port), "INFO", "replication"]);
    const isInStep = /role:master[^]*connected_slaves:1/.test(role) || role.includes("master_link_status:up");
    if (info.includes("cluster_state:ok") && isInStep) return;
    await wait(200);
  }
}

async function mastersWithKeys(nodes: readonly Node[]): Promise<readonly (Node & { readonly keys: number })[]> {
  const looked = await Promise.all(
    nodes.map(async (node) => {
      const role = await redisCli(["-p", String(node.port), "ROLE"]);
      const keys = Number(await redisCli(["-p", String(node.port), "DBSIZE"]));
      return role.startsWith("master") ? [{ ...node, keys }] : [];
    }),
  );
  return looked.flat();
}

/** The master that serves this key's slot. */
async function holderOf(nodes: readonly Node[], key: string): Promise<Node> {
  for (const node of await mastersWithKeys(nodes)) {
    // A master of another slot answers MOVED.
    if ((await redisCli(["-p", String(node.port), "EXISTS", key])).trim() === "1") return node;
  }
  throw new Error("no master has the key");
}

async function redisCli(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("redis-cli", [...args])).stdout;
}
