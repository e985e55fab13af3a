import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const taken = createServer();
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "causeway-emulators-"));
  taken.listen(0, "127.0.0.1");
  await once(taken, "listening");
});

after(async () => {
  taken.close();
  await rm(folder, { recursive: true });
});

/** Starts the emulators' program and waits until it has ended by itself. */
function refused(args: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { timeout: 60_000 }, (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });
}

test("wrong use of the emulators is one sentence and exit code 2", async () => {
  const broken = join(folder, "broken.json");
  const unknown = join(folder, "unknown.json");
  await writeFile(broken, "{");
  await writeFile(unknown, '{ "s3": { "rules": [{ "fault": "earthquake" }] } }');
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? String(address.port) : "";
  const cases: [string[], RegExp][] = [
    [["--s3-port", "abc"], /--s3-port must be a port/],
    [["--oss-port", "70000"], /--oss-port must be a port/],
    [["--s3-port", port], /listens there already/],
    [["--config", join(folder, "missing.json")], /--config .*missing\.json cannot be read/],
    [["--faults", broken], /--faults .*broken\.json cannot be read/],
    [["--faults", unknown], /--faults .*s3\.rules\.0/],
    [["--nonsense"], /--nonsense/],
  ];
  for (const [args, sentence] of cases) {
    const { code, stderr } = await refused(args);
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, sentence);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

test("without --json the emulators print each store's URL, region and access key", async () => {
  const child = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === 2) child.kill("SIGTERM");
  }
  assert.match(lines[0] ?? "", /^s3 {2}http:\S+ us-east-1 emulator-access-key emulator-secret-key$/);
  assert.match(lines[1] ?? "", /^oss http:\S+ cn-hangzhou emulator-access-key emulator-secret-key$/);
});
