import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { must, ran } from "./machines.ts";

const folder = mkdtempSync(join(tmpdir(), "causeway-image-"));
after(() => rmSync(folder, { recursive: true }));

const host = join(folder, "host.yaml");
const tunnel = join(folder, "tunnel.yaml");
writeFileSync(host, 'version: 1\nworker: none # "quoted" and: indented\n');
writeFileSync(tunnel, "version: 1\n  # kept as it is\n");

const userData = (...args: readonly string[]): readonly string[] => ["deploy/worker-host/user-data.ts", ...args];

test("the shell scripts of hosts have nothing that shellcheck minds", async () => {
  await must("shellcheck", [
    "deploy/worker-host/provision.sh",
    "deploy/worker-host/container.sh",
    "deploy/entrypoint.sh",
  ]);
});

test("packer takes the image's template", { timeout: 120_000 }, async () => {
  const bundle = join(folder, "bundle.tar.gz");
  writeFileSync(bundle, "");
  await must("packer", ["validate", "-var", `bundle=${bundle}`, "deploy/worker-host/image.pkr.hcl"]);
});

test("cloud-init takes the user data, with a bundle and without", { timeout: 120_000 }, async () => {
  const bundle = ["--bundle", "https://example.com/bundle.tar.gz", "--sha256", "0".repeat(64)];
  for (const more of [[], bundle]) {
    const file = join(folder, "user-data");
    writeFileSync(file, await must(process.execPath, userData("--host", host, "--tunnel", tunnel, ...more)));
    await must("cloud-init", ["schema", "--config-file", file]);
  }
});

test("wrong use of user-data.ts is told in a sentence", async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /--host FILE is missing/],
    [["--host", host, "--bundle", "https://example.com/x"], /belong together/],
    [["--host", host, "--bundle", "http://example.com/x", "--sha256", "0".repeat(64)], /must be an https/],
    [["--host", host, "--bundle", "https://example.com/x", "--sha256", "12"], /64 hexadecimal digits/],
  ];
  for (const [args, sentence] of cases) {
    const { exitCode, output } = await ran(process.execPath, userData(...args));
    assert.equal(exitCode, 2);
    assert.match(output, sentence);
  }
});
