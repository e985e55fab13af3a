import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startRedisServer } from "@causeway/shared/testing/ledger-redis-server.ts";
import { ended, specFor, startMaster, startWorld, undoAtEnd, until, type World } from "./master-world.ts";

const masterMain = fileURLToPath(new URL("../../services/master/src/main.ts", import.meta.url));
const source = { kind: "synthetic", objects: 42, keys: { scheme: "sequential", prefix: "source_folder/" } } as const;

/** Each row: what is wrong, the job that has it, and the code that its end must carry. */
const rows: readonly (readonly [string, (world: World) => Parameters<World["submit"]>[0], RegExp])[] = [
  [
    "a source bucket that does not exist",
    ({ stores }) => ({ source: { ...specFor(stores).source, bucket: "no-such-bucket" } }),
    /^SOURCE_BUCKET_MISSING: .*source\.bucket/,
  ],
  [
    "a source secret that is wrong",
    ({ stores }) => {
      const { source } = specFor(stores);
      const credentials = { accessKeyId: stores.s3.accessKeyId, secretAccessKey: "wrong" };
      return { source: { ...source, credentials } };
    },
    /^SOURCE_CREDENTIALS_INVALID: .*source\.credentials/,
  ],
  [
    "a closed port at the source",
    ({ stores }) => ({ source: { ...specFor(stores).source, endpoint: "http://127.0.0.1:9" } }),
    /^SOURCE_UNREACHABLE: .*source\.endpoint/,
  ],
  [
    "another region than the source bucket's",
    ({ stores }) => ({ source: { ...specFor(stores).source, region: "eu-west-1" } }),
    /^SOURCE_REGION_MISMATCH: .*source\.region/,
  ],
  [
    "a target bucket that does not exist",
    ({ stores }) => ({ target: { ...specFor(stores).target, bucket: "no-such-bucket" } }),
    /^TARGET_BUCKET_MISSING: .*target\.bucket/,
  ],
  [
    "a target access key that is unknown",
    ({ stores }) => {
      const { target } = specFor(stores);
      return { target: { ...target, credentials: { accessKeyId: "nobody", secretAccessKey: "wrong" } } };
    },
    /^TARGET_CREDENTIALS_INVALID: .*target\.credentials/,
  ],
  [
    "a closed port at the target",
    ({ stores }) => ({ target: { ...specFor(stores).target, endpoint: "http://127.0.0.1:9" } }),
    /^TARGET_UNREACHABLE: .*target\.endpoint/,
  ],
  [
    "a credential prefix that the operator does not allow",
    ({ stores }) => ({
      source: { ...specFor(stores).source, credentials: { from: "environment", prefix: "AWS_" } },
    }),
    /^SOURCE_CREDENTIALS_INVALID: .*CREDENTIALS_ENV_PREFIXES/,
  ],
];

describe(
  "a job that cannot work ends Failed with a code and what to do",
  { timeout: 120_000, concurrency: true },
  () => {
    for (const [what, change, expected] of rows) {
      test(what, async (t) => {
        const world = await startWorld(t, source);
        if (world === undefined) return;
        startMaster(t, world.env);
        const job = await ended(world, (await world.submit(change(world))).id);
        assert.equal(job.state, "failed");
        assert.match(`${job.stateReason?.code}: ${job.stateReason?.message}`, expected);
        assert.equal((await world.ledger.jobs.counts(job.id))?.listedObjects, 0);
      });
    }
  },
);

/** Each row: what an endpoint answers to everything, and how the job ends that has it as its source. */
const unavailable: readonly (readonly [string, string, RegExp])[] = [
  ["a page of HTML", "<html>No server is available</html>", /^SOURCE_FAILED: .*No server is available/],
  ["SlowDown", "<Error><Code>SlowDown</Code><Message>later</Message></Error>", /^SOURCE_THROTTLED: .*SlowDown/],
];

describe("an endpoint that answers 503 to everything ends the job", { timeout: 120_000, concurrency: true }, () => {
  for (const [what, body, expected] of unavailable) {
    test(`with its words: ${what}`, async (t) => {
      const world = await startWorld(t, source);
      if (world === undefined) return;
      const endpoint = createServer((_, response) => void response.writeHead(503).end(body)).listen(0, "127.0.0.1");
      await once(endpoint, "listening");
      undoAtEnd(t).defer(() => {
        endpoint.closeAllConnections();
        endpoint.close();
      });
      startMaster(t, world.env);
      const address = endpoint.address();
      const port = typeof address === "object" ? address?.port : 0;
      const spec = { source: { ...specFor(world.stores).source, endpoint: `http://127.0.0.1:${port}` } };
      const job = await ended(world, (await world.submit(spec)).id);
      assert.equal(job.state, "failed");
      assert.match(`${job.stateReason?.code}: ${job.stateReason?.message}`, expected);
    });
  }
});

describe("a master in bad surroundings", { timeout: 120_000 }, () => {
  test("with wrong settings it names every fault at once and exits 2", () => {
    const env = { PATH: process.env["PATH"] ?? "", LOG_LEVEL: "loud", SECRET_KEY: "short" };
    const { status, stderr } = spawnSync(process.execPath, [masterMain], { env, encoding: "utf8", timeout: 60_000 });
    assert.equal(status, 2);
    assert.match(stderr, /^LOG_LEVEL "loud": must be one of/m);
    assert.match(stderr, /^SECRET_KEY: must be 32 bytes/m);
    assert.doesNotMatch(stderr, /short|\bat \//);
  });

  test("while Redis is away it says so, is not ready, and goes on when Redis comes", async (t) => {
    const world = await startWorld(t, source);
    const redis = await startRedisServer();
    if (world === undefined || redis === undefined) return;
    await redis.stop();
    const master = startMaster(t, { ...world.env, REDIS_URL: redis.url });
    const ready = async () => (await fetch(`${await master.url()}/readyz`)).status;
    assert.equal(await ready(), 503);
    assert.equal((await fetch(`${await master.url()}/healthz`)).status, 200);
    assert.match(master.log.join("\n"), /Redis does not answer/);
    const options = ["--port", new URL(redis.url).port, "--bind", "127.0.0.1", "--save", ""];
    const back = spawn("redis-server", options, { stdio: "ignore" });
    undoAtEnd(t).defer(() => stop(back));
    await until("the master is ready", async () => (await ready()) === 200);
  });
});

test("a master that is told to stop while Redis is away leaves with 0", { timeout: 120_000 }, async (t) => {
  const world = await startWorld(t, source);
  const redis = await startRedisServer();
  if (world === undefined || redis === undefined) return;
  undoAtEnd(t).defer(() => redis.stop());
  const master = startMaster(t, { ...world.env, REDIS_URL: redis.url });
  await until("the master has connected", () => master.log.some((line) => line.includes("connected to Redis")));
  await redis.stop();
  assert.equal(await master.kill("SIGTERM"), 0, master.log.join("\n"));
});

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
