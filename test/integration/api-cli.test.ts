import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createApiClient } from "../../packages/cli/src/api/client.ts";
import type { CliContext } from "../../packages/cli/src/context.ts";
import { runCommand } from "../../packages/cli/src/program.ts";
import { type Fixture, keys, openFixture, seedJob } from "../../services/api/test/fixture.ts";
import { endJob } from "../../services/api/test/run-job.ts";

let api: Fixture;
let url: string;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "causeway-cli-"));
  api = await openFixture();
  url = await api.app.listen({ host: "127.0.0.1", port: 0 });
});

after(async () => {
  await api.app.close();
  await rm(folder, { recursive: true });
});

/** Runs a command line in this process against the API on its ledger in memory. */
async function run(...args: string[]) {
  const ran = { out: "", err: "", code: 0 };
  const context: CliContext = {
    config: {
      apiUrl: url,
      apiKey: keys.admin,
      sourceCredentials: undefined,
      targetCredentials: undefined,
      credentialsUnder: () => undefined,
      colours: "off",
      environment: {},
    },
    screen: { columns: () => undefined, colours: "off" },
    api: createApiClient(url, keys.admin),
    say: (line) => void (ran.out += `${line}\n`),
    print: (text) => void (ran.out += text),
    note: (line) => void (ran.err += `${line}\n`),
    endWith: (code) => void (ran.code = Math.max(ran.code, code)),
    stopping: new AbortController().signal,
  };
  await runCommand(args, context);
  return ran;
}

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

test("a job is submitted, shown, stopped and deleted from the command line", async () => {
  const job = await fileOf("job.json", seedJob());
  const submitted = await run("submit", job);
  assert.deepEqual(submitted, { out: `submit job:${job}\nsubmit job:local_test success!\n`, err: "", code: 0 });
  const stat = await run("stat");
  assert.match(stat.out, /^-{14} job stats -{15}\n-{16} job stat -{18}\nJobName:local_test\nJobState:Running\n/);
  const text = await api.call("GET", "/v1/jobs/local_test/stats", undefined, { accept: "text/plain" });
  assert.equal(stat.out, text.text, "the API's block and the command's are the same bytes");
  assert.match((await run("list")).out, /^NAME +STATE[^\n]*\nlocal_test +Running/);
  const limited = await run("limits", "local_test", "--bytes-per-second", "1000", "--weight", "3");
  assert.equal(limited.out, "local_test: 1000 bytes/s, any number of requests/s, weight 3\n");
  assert.equal((await run("limits", "local_test")).out, limited.out);
  assert.equal((await run("pause", "local_test")).out, "local_test: paused\n");
  assert.equal((await run("resume", "local_test", "--credentials", job)).out, "local_test: running\n");
  assert.equal(
    (await run("retry", "local_test")).out,
    "No failed object is there to be tried again; the listing goes on.\n",
  );
  assert.equal((await run("failures", "local_test", "--json")).out, "");
  assert.match((await run("report", "local_test")).out, /^Job local_test /);
  assert.equal(JSON.parse((await run("report", "local_test", "--json")).out).jobName, "local_test");
  assert.match((await run("workers")).out, /^HOST/);
  assert.equal((await run("cancel", "local_test")).out, "local_test: cancelling\n");
  const early = await run("delete", "local_test");
  assert.equal(early.code, 2);
  assert.match(early.err, /has not ended/);
  const { id } = JSON.parse((await run("list", "--json")).out);
  await endJob(api.ledger, id);
  const ended = await run("stat", "local_test", "--watch");
  assert.equal(ended.code, 1, "a job that was cancelled is no success");
  assert.equal((await run("delete", "local_test")).code, 0);
  assert.equal((await run("stat")).out, "no jobs is running or finished.\n");
});

test("every fault of a job is a line of its own", async () => {
  const { source } = seedJob();
  const answer = await run(
    "submit",
    await fileOf("wrong.json", seedJob({ colour: 1, source: { ...source, region: 7 } })),
  );
  assert.equal(answer.code, 2);
  assert.match(answer.err, /^ {2}source\.region must be/m);
  assert.match(answer.err, /^ {2}colour is not a key/m);
});

test("a job.cfg with unknown keys is refused with all of them, before anything is sent", async () => {
  const file = await fileOf("job.cfg", "srcType=s3\nsrcDomian=x\nisIncremental=true\n");
  const answer = await run("submit", file);
  assert.equal(answer.code, 2);
  for (const key of ["srcDomian", "isIncremental", "srcAccessKey", "destBucket"])
    assert.ok(answer.err.includes(key), key);
});

test("what is wrong is one sentence with its cure and exit code 2, never a stack", async () => {
  const broken = await fileOf("broken.json", '{ "name": "x",\n "secret": "abc" oops');
  for (const [args, expected] of [
    [["stat", "nobody"], /There is no job "nobody"/],
    [["submit", join(folder, "none.json")], /does not exist/],
    [["submit", broken], /not valid JSON/],
    [["compare", "--content"], /--file/],
    [["quickstart", "--objects", "many"], /whole number/],
    [["fly"], /unknown command/],
    [["pause"], /missing required argument/],
  ] as const) {
    const answer = await run(...args);
    assert.equal(answer.code, 2, args.join(" "));
    assert.match(answer.err, expected);
    assert.ok(!/\n\s+at /.test(answer.err) && !answer.err.includes("abc"), answer.err);
  }
});

test("the process ends with the command's exit code, and names the variable that leads to the API", async () => {
  const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "list"], {
    env: { ...process.env, CAUSEWAY_API: "http://127.0.0.1:9" },
  });
  let err = "";
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 2);
  assert.match(err, /CAUSEWAY_API/);
});
