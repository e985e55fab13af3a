import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";

import { createTaskConsumer } from "../src/adapters/bullmq/consumer.ts";
import { createTaskQueue } from "../src/adapters/bullmq/queue.ts";
import { type ConnectionLog, connectRedis } from "../src/adapters/redis/connect.ts";
import { watchDurability } from "../src/adapters/redis/durability.ts";
import { freePort, type RedisServer, startRedisServer } from "../src/testing/ledger-redis-server.ts";
import { localCertificate, localCertificateKey } from "./certificate.ts";

const silent: ConnectionLog = { info: () => {}, warn: () => {} };
const probe = await startRedisServer();
await probe?.stop();
const skip = probe === undefined ? "redis-server is not installed" : false;

async function started(t: TestContext | undefined, settings: readonly string[], port?: number): Promise<RedisServer> {
  const server = await startRedisServer({ settings, ...(port === undefined ? {} : { port }) });
  assert.ok(server !== undefined);
  t?.after(() => server.stop());
  return server;
}

function said(): { readonly log: ConnectionLog; readonly lines: string[] } {
  const lines: string[] = [];
  const say = (_fields: object, message: string): void => void lines.push(message);
  return { lines, log: { info: say, warn: say } };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (await holds()) return;
    await sleep(50);
  }
  assert.fail("it did not come about in time");
}

describe("Redis Cluster", { skip }, () => {
  let server: RedisServer;
  let redis: ReturnType<typeof connectRedis>;
  before(async () => {
    server = await started(undefined, ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]);
    const node = new Redis(server.url);
    await node.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await until(async () => String(await node.call("CLUSTER", "INFO")).includes("cluster_state:ok"));
    node.disconnect();
    redis = connectRedis({ url: server.url.replace("redis:", "redis+cluster:"), whileAway: "wait", log: silent });
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });

  test("tasks go over the queue", async () => {
    await redis.flushall();
    const queue = createTaskQueue(redis, silent);
    const consumer = createTaskConsumer(redis, { concurrency: 2, log: silent });
    const seen: string[] = [];
    consumer.start(async ({ taskId }) => {
      seen.push(taskId);
      return "done";
    });
    const ids = ["a", "b", "c"].map((digit) => digit.repeat(32));
    await queue.add(ids.map((taskId) => ({ version: 1, jobId: "j", taskId, run: 1 })));
    await until(() => seen.length === 3);
    assert.deepEqual(seen.toSorted(), ids);
    await consumer.stop("drain");
    assert.equal(await queue.waiting(), 0);
    await queue.close();
  });

  test("its settings are looked at on each master", async () => {
    const { log, lines } = said();
    watchDurability(redis, log);
    await until(() => lines.length > 0);
    assert.match(lines[0] ?? "", /appendonly no: .*CONFIG SET appendonly yes/);
  });
});

describe("Redis Sentinel", { skip }, () => {
  test("the connection follows the sentinels to the new master", { timeout: 120_000 }, async (t) => {
    const master = await started(t, []);
    const replica = await started(t, ["--replicaof", "127.0.0.1", master.url.split(":")[2] ?? ""]);
    const port = await startSentinel(t, master);
    const redis = connectRedis({
      url: `redis+sentinel://127.0.0.1:1,127.0.0.1:${port}/causeway`,
      whileAway: "wait",
      log: silent,
    });
    t.after(() => redis.disconnect());
    await redis.set("kept", "yes");
    const direct = new Redis(replica.url);
    t.after(() => direct.disconnect());
    await until(async () => (await direct.get("kept")) === "yes");
    await until(async () => {
      const sentinel = new Redis(port, "127.0.0.1");
      const known = await sentinel.call("SENTINEL", "replicas", "causeway");
      sentinel.disconnect();
      return JSON.stringify(known).includes(replica.url.split(":")[2] ?? "?");
    });
    process.kill(master.pid, "SIGKILL");
    assert.equal(await redis.get("kept"), "yes");
    await until(async () => (await redis.set("new", "yes").catch(() => "")) === "OK");
    assert.equal(await direct.get("new"), "yes");
  });
});

async function startSentinel(t: TestContext, master: RedisServer): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "causeway-sentinel-"));
  const port = await freePort();
  const file = join(folder, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor causeway 127.0.0.1 ${master.url.split(":")[2] ?? ""} 1`,
    "sentinel down-after-milliseconds causeway 500",
    "sentinel failover-timeout causeway 3000",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const sentinel = spawn("redis-server", [file, "--sentinel"], { stdio: "ignore" });
  t.after(async () => {
    const gone = once(sentinel, "exit");
    sentinel.kill("SIGKILL");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  await until(async () => {
    const ask = new Redis({ port, host: "127.0.0.1", retryStrategy: () => null, lazyConnect: true });
    ask.on("error", () => {});
    const pong = await ask.ping().catch(() => "");
    ask.disconnect();
    return pong === "PONG";
  });
  return port;
}

describe("one Redis", { skip }, () => {
  test("it is reached by TLS with CA_FILE's certificates and not without, by user and password", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-tls-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    writeFileSync(cert, localCertificate);
    writeFileSync(key, localCertificateKey);
    const tls = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-auth-clients", "no"];
    const port = await freePort();
    await started(t, ["--port", "0", "--tls-port", String(port), ...tls, "--requirepass", "secret"], port);
    const url = `rediss://default:secret@127.0.0.1:${port}/2`;
    const trusting = connectRedis({ url, ca: localCertificate, whileAway: "wait", log: silent });
    t.after(() => trusting.disconnect());
    assert.equal(await trusting.call("ACL", "WHOAMI"), "default");
    assert.match(await trusting.client("INFO"), /\bdb=2\b/);
    const { log, lines } = said();
    const wary = connectRedis({ url, whileAway: "fail", log });
    t.after(() => wary.disconnect());
    await until(() => lines.length > 0);
    assert.match(lines[0] ?? "", /does not answer/);
  });

  test("it is reached by its socket", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-socket-"));
    const path = join(folder, "redis.sock");
    await started(t, ["--unixsocket", path]);
    const redis = connectRedis({ url: `unix:${path}?db=1`, whileAway: "wait", log: silent });
    t.after(() => {
      redis.disconnect();
      rmSync(folder, { recursive: true, force: true });
    });
    assert.match(await redis.client("INFO"), /\bdb=1\b/);
  });

  test("settings that lose jobs are told once each, with what to set; good ones and forbidden CONFIG warn of nothing", async (t) => {
    const look = async (settings: readonly string[]): Promise<readonly string[]> => {
      const server = await started(t, settings);
      const redis = connectRedis({ url: server.url, whileAway: "wait", log: silent });
      t.after(() => redis.disconnect());
      const { log, lines } = said();
      watchDurability(redis, log);
      await redis.ping();
      await sleep(300);
      return lines;
    };
    const bad = await look(["--appendonly", "yes", "--appendfsync", "no", "--maxmemory-policy", "allkeys-lru"]);
    assert.equal(bad.length, 2);
    assert.match(bad[0] ?? "", /appendfsync no: .*redis-cli CONFIG SET appendfsync everysec/);
    assert.match(bad[1] ?? "", /maxmemory-policy allkeys-lru: .*CONFIG SET maxmemory-policy noeviction/);
    assert.deepEqual(await look(["--appendonly", "yes", "--appendfsync", "always"]), []);
    const managed = await look(["--rename-command", "CONFIG", ""]);
    assert.equal(managed.length, 1);
    assert.match(managed[0] ?? "", /does not show its settings .*see that its service provides appendonly yes/);
  });
});
