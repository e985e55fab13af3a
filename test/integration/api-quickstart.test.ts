import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
/** Far more than it takes on a busy machine. */
const timeout = 180_000;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "causeway-quickstart-"));
});

after(() => rm(folder, { recursive: true }));

/** Starts the quickstart in a folder of the test's own; settings of this environment must not reach its services. */
function start(signal: AbortSignal, ...args: string[]) {
  const env = {
    ...process.env,
    API_KEYS: "broken",
    REDIS_URL: "redis://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
  };
  const child = spawn(process.execPath, [main, "quickstart", ...args], { cwd: folder, env, signal });
  // Told to stop because the test took too long: how it ended is seen below.
  child.once("error", () => undefined);
  const ran = { child, out: "", err: "", ended: Promise.withResolvers<number | null>() };
  child.stdout.on("data", (chunk) => (ran.out += String(chunk)));
  child.stderr.on("data", (chunk) => (ran.err += String(chunk)));
  child.once("close", (code) => ran.ended.resolve(code));
  return ran;
}

/** The processes whose arguments or Redis folder lie in the test's folder. */
async function left(): Promise<string[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    return (command + environment).includes(join(folder, "data")) ? [`${pid} ${command}`] : [];
  });
  return (await Promise.all(found)).flat();
}

test(
  "the quickstart copies the seed's 42 objects, compares every byte, and leaves no process behind",
  { timeout },
  async ({ signal }) => {
    const ran = start(signal);
    assert.equal(await ran.ended.promise, 0, ran.out + ran.err);
    assert.equal(ran.out.trimEnd().split("\n").at(-1), "compared 42/42 objects, 191048/191048 bytes");
    assert.match(ran.out, /JobName:local_test\nJobState:Succeed/);
    assert.deepEqual(await left(), []);
  },
);

test("Ctrl-C stops the quickstart and all that it started", { timeout }, async ({ signal }) => {
  const ran = start(signal, "--objects", "1000000", "--workers", "1");
  for (let tries = 0; tries < 600 && !ran.out.includes("JobState:Running"); tries += 1) await wait(100);
  assert.ok((await left()).length > 0, "its services are seen while they run");
  ran.child.kill("SIGINT");
  assert.notEqual(await ran.ended.promise, 0);
  assert.deepEqual(await left(), []);
});
