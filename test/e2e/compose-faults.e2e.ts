// needs: docker
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { compose, until } from "./compose.ts";

const run = promisify(execFile);
const readme = new URL("../../README.md", import.meta.url);
const sourceBucket = "many";
const objects = 6000;
const sizeBytes = 4096;
const jobTimeoutMs = 300_000;

interface Stats {
  readonly jobState: string;
  readonly objects: { readonly listed: number; readonly copied: number; readonly failed: number };
  readonly bytes: { readonly copied: number };
}

describe("four composed workers", () => {
  const system = compose("faults", { SECRET_KEY: "", API_KEYS: "" });
  after(() => system.down());
  let api = "";
  let key = "";
  let jobId = "";

  const stats = async (): Promise<Stats | undefined> => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${api}/v1/jobs/${jobId}/stats`, { headers }).catch(() => undefined);
    return answer?.ok === true ? ((await answer.json()) as Stats) : undefined;
  };

  test("take a job that curl posts, as README shows it", async () => {
    await system.must("up", "--detach", "--build", "--scale", "worker=4");
    api = `http://${(await system.must("port", "api", "8080")).trim()}`;
    key = (await system.must("exec", "-T", "api", "cat", "/run/causeway/API_KEYS")).trim().split(":")[2] ?? "";
    await layBucket(`http://${(await system.must("port", "emulators", "9000")).trim()}`);
    const { stdout } = await run("bash", ["-euc", await curlOfReadme(api)], {
      env: { ...process.env, CAUSEWAY_API_KEY: key },
    });
    jobId = (JSON.parse(stdout) as { readonly id: string }).id;
  });

  test("copy each object once and all of them, though one is killed and Redis is restarted meanwhile", async () => {
    await until(
      "first copied objects",
      jobTimeoutMs,
      async () => ((await stats())?.objects.copied ?? 0) > 0 || undefined,
    );
    const [worker = ""] = (await system.must("ps", "--quiet", "worker")).trim().split("\n");
    await run("docker", ["kill", "--signal", "KILL", worker]);
    await system.must("restart", "redis");
    const ended = await until("end of the job", jobTimeoutMs, async () => {
      const now = await stats();
      return now === undefined || now.jobState === "Running" ? undefined : now;
    });
    assert.deepEqual(
      { state: ended.jobState, ...ended.objects, bytes: ended.bytes.copied },
      { state: "Succeed", listed: objects, copied: objects, failed: 0, bytes: objects * sizeBytes, skipped: 0 },
    );
  });

  test("leave the target equal to the source, as the independent comparer sees it", async () => {
    const compare = ["causeway", "compare", jobId, "--content"];
    const { exitCode, output } = await system.run("run", "--rm", "-T", "--no-deps", "demo", ...compare);
    assert.equal(exitCode, 0, output);
    assert.match(output, new RegExp(`compared ${objects}/${objects} objects`));
  });

  test("are watched on the dashboard that the API serves", async () => {
    const page = await fetch(`${api}/`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<title>Causeway/);
  });

  test("run without a single capability, on a root file system that nobody can write", async () => {
    for (const service of ["api", "master", "worker"]) {
      const tried = await system.run("exec", "-T", service, "sh", "-c", "id -u; touch /app/x || echo refused");
      assert.match(tried.output, /^1000$/m, service);
      assert.match(tried.output, /^refused$/m, service);
      const capabilities = await system.must("exec", "-T", service, "grep", "CapBnd", "/proc/1/status");
      assert.match(capabilities, /^CapBnd:\s+0+$/m, service);
    }
  });
});

test("the image is at most 120 MB larger than Node's own", async () => {
  const addedBytes = (await sizeOf("causeway")) - (await sizeOf("node:26-bookworm-slim"));
  assert.ok(addedBytes > 0 && addedBytes <= 120_000_000, `${addedBytes} bytes`);
});

async function sizeOf(image: string): Promise<number> {
  const { stdout } = await run("docker", ["image", "inspect", "--format", "{{.Size}}", image]);
  return Number(stdout);
}

async function layBucket(store: string): Promise<void> {
  const bucket = {
    kind: "synthetic",
    objects,
    keys: { scheme: "sequential", prefix: "source_folder/" },
    sizes: { distribution: "fixed", bytes: sizeBytes },
  };
  const answer = await fetch(`${store}/_emulator/buckets/${sourceBucket}`, {
    method: "PUT",
    body: JSON.stringify(bucket),
  });
  assert.equal(answer.ok, true, await answer.text());
}

/** README's own command, with the API's address and the demo's stores in place of its examples. */
async function curlOfReadme(api: string): Promise<string> {
  const text = await readFile(readme, "utf8");
  const command = /^api=\S+; (auth=.*)\n\n(curl [^\n]*\/v1\/jobs -d ')(\{[\s\S]*?\n\})'$/m.exec(text);
  assert.ok(command, "README no longer shows how curl posts a job");
  const [, auth = "", curl = "", body = ""] = command;
  const shown = JSON.parse(body) as { readonly name: string; readonly source: object; readonly target: object };
  const stores = JSON.parse(await readFile(new URL("../../deploy/demo/job.json", import.meta.url), "utf8")) as {
    readonly source: object;
    readonly target: object;
  };
  const job = {
    ...shown,
    name: "many",
    source: { ...shown.source, ...stores.source, bucket: sourceBucket },
    target: { ...shown.target, ...stores.target, prefix: "many/" },
  };
  return `api=${api}; ${auth}\n${curl}${JSON.stringify(job)}' -s`;
}
