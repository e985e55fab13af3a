import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, startRedisServer } from "../../testing/ledger-redis-server.ts";
import { type ConnectionLog, connectRedis } from "./connect.ts";

function listening(): { readonly log: ConnectionLog; readonly said: string[] } {
  const said: string[] = [];
  const say = (fields: object, message: string): void => {
    said.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { said, log: { info: say, warn: say } };
}

async function until(t: TestContext, done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 800 && !done(); tries += 1) await sleep(25, undefined, { signal: t.signal });
  assert.ok(done());
}

test("a service that starts before Redis says so once, keeps trying, and its commands wait", async (t) => {
  const port = await freePort();
  const { log, said } = listening();
  const redis = connectRedis({ url: `redis://:secret@127.0.0.1:${port}`, whileAway: "wait", log });
  t.after(() => redis.disconnect());
  await until(t, () => said.length > 0);
  assert.match(said[0] ?? "", /Redis does not answer; trying on/);
  const asked = redis.get("x");
  await sleep(300);
  assert.equal(said.length, 1);
  const server = await startRedisServer({ port, settings: ["--requirepass", "secret"] });
  if (server === undefined) {
    t.skip("redis-server is not installed");
    asked.catch(() => undefined);
    return;
  }
  t.after(() => server.stop());
  assert.equal(await asked, null);
  assert.match(said[1] ?? "", /connected to Redis/);
  assert.ok(!said.join().includes("secret"), "a password is not logged");
});

test("the API's commands fail at once while Redis is away", async (t) => {
  const { log, said } = listening();
  const redis = connectRedis({ url: `redis://127.0.0.1:${await freePort()}`, whileAway: "fail", log });
  t.after(() => redis.disconnect());
  await until(t, () => said.length > 0);
  await assert.rejects(redis.get("x"));
});
