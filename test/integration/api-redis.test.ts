import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { secrets, seedJob } from "../../services/api/test/fixture.ts";
import { createProcesses, type Processes } from "../system/processes.ts";

const main = fileURLToPath(new URL("../../services/api/src/main.ts", import.meta.url));
const key = "a-test-key-1234";
let folder: string;
let port: number;
let processes: Processes;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "causeway-api-"));
  processes = createProcesses(folder);
  port = await freePort();
});

after(async () => {
  await processes.stop();
  await rm(folder, { recursive: true });
});

function startRedis(): Promise<true> {
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--save", ""];
  const redis = { name: "redis", command: "redis-server", args, env: { PATH: process.env["PATH"] ?? "" } };
  return processes.start(redis, (line) => (line.includes("Ready to accept connections") ? true : undefined));
}

function startApi(): Promise<string> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    LD_LIBRARY_PATH: process.env["LD_LIBRARY_PATH"] ?? "",
    REDIS_URL: `redis://127.0.0.1:${port}`,
    SECRET_KEY: Buffer.alloc(32, 3).toString("base64"),
    API_KEYS: `test:admin:${key}`,
    API_PORT: "0",
    JOURNAL_URL: pathToFileURL(join(folder, "journal")).href,
  };
  const api = { name: "api", command: process.execPath, args: [main], env };
  return processes.start(api, (line) => /"url":"(http:[^"]+)"/.exec(line)?.[1]);
}

async function untilStatus(url: string, status: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await fetch(url);
    await answer.text();
    if (answer.status === status) return;
    await wait(100);
  }
  assert.fail(`${url} never answered ${status}`);
}

test("the API starts without Redis, says so, and works once Redis is there; no secret is stored or logged in clear", async () => {
  const url = await startApi();
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "idempotency-key": "one" };
  const submit = () => fetch(`${url}/v1/jobs`, { method: "POST", headers, body: JSON.stringify(seedJob()) });
  await untilStatus(`${url}/healthz`, 200);
  await untilStatus(`${url}/readyz`, 503);
  assert.equal((await submit()).status, 503);

  await startRedis();
  await untilStatus(`${url}/readyz`, 200);
  const created = await submit();
  const text = await created.text();
  assert.equal(created.status, 201, text);
  assert.equal((await submit()).status, 200, "the Idempotency-Key is known");
  const paused = await fetch(`${url}/v1/jobs/local_test/pause`, { method: "POST", headers });
  assert.equal(paused.status, 202, await paused.text());

  for (const name of ["second", "third"]) {
    const body = JSON.stringify(seedJob({ name, target: { ...seedJob().target, prefix: `${name}/` } }));
    const answer = await fetch(`${url}/v1/jobs`, {
      method: "POST",
      headers: { ...headers, "idempotency-key": name },
      body,
    });
    assert.equal(answer.status, 201, await answer.text());
  }
  assert.deepEqual(await namesPageByPage(`${url}/v1/jobs`, headers), ["third", "second", "local_test"]);
  assert.equal((await fetch(`${url}/v1/jobs?cursor=nonsense`, { headers })).status, 400);

  await processes.kill("redis", "SIGKILL");
  await untilStatus(`${url}/readyz`, 503);
  await startRedis();
  await untilStatus(`${url}/readyz`, 200);
  const shown = await fetch(`${url}/v1/jobs/local_test`, { headers });
  assert.equal(shown.status, 200, await shown.text());

  const kept = await readdir(folder, { recursive: true, withFileTypes: true });
  let storedBytes = 0;
  for (const file of kept.filter((entry) => entry.isFile())) {
    const content = await readFile(join(file.parentPath, file.name), "latin1");
    storedBytes += content.length;
    for (const secret of [...secrets, key]) assert.ok(!content.includes(secret), `${file.name} holds ${secret}`);
  }
  assert.ok(storedBytes > 1000, "Redis' file and the logs were looked at");
});

async function namesPageByPage(url: string, headers: Record<string, string>): Promise<string[]> {
  const names: string[] = [];
  let query = "?limit=1";
  for (let pages = 0; pages < 10; pages += 1) {
    const answer = await fetch(url + query, { headers });
    // The form of the answer is the subject of the API's own tests.
    const page = (await answer.json()) as { items: { name: string }[]; nextCursor: string | null };
    names.push(...page.items.map(({ name }) => name));
    if (page.nextCursor === null) return names;
    query = `?limit=1&cursor=${page.nextCursor}`;
  }
  throw new Error("the pages never end");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
