// needs: charon

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { readTunnel } from "../src/model/read-tunnel.ts";
import type { RenderedFile } from "../src/render/files.ts";
import { renderTunnel } from "../src/render/render-tunnel.ts";
import { createCharonProcess } from "../src/testing/charon-process.ts";

const examples = new URL("../examples/", import.meta.url);
const names = readdirSync(examples).filter((name) => name.endsWith(".yaml"));
const folder = mkdtempSync(join(tmpdir(), "causeway-host-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function filesOf(name: string): readonly RenderedFile[] {
  const reading = readTunnel(readFileSync(new URL(name, examples), "utf8"), name);
  assert.ok(reading.ok);
  return renderTunnel(reading.tunnel);
}

/** Writes the files of an example below a folder of its own, and answers that folder. */
function written(name: string): string {
  const root = join(folder, name);
  for (const { path, mode, text } of filesOf(name)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  }
  return root;
}

const alone = ["unshare", "--net", "--"] as const;

for (const name of names) {
  test(`the kernel takes the guard of ${name}, twice in a row as well`, () => {
    const guard = join(written(name), "etc/causeway/guard.nft");
    const listed = execFileSync("unshare", [
      "--net",
      "--",
      "sh",
      "-c",
      `nft -f ${guard} && nft -f ${guard} && nft list table inet causeway_guard`,
    ]).toString();
    assert.match(listed, /set oss_blocks/);
  });

  test(`charon takes the connections and the settings of ${name}`, async () => {
    const root = written(name);
    const charon = createCharonProcess({
      folder: join(folder, `charon-${name}`),
      name: "host",
      within: alone,
      swanctlConf: readFileSync(join(root, "etc/swanctl/conf.d/causeway.conf"), "utf8"),
      strongswanConf: readFileSync(join(root, "etc/strongswan.d/causeway.conf"), "utf8"),
    });
    await charon.start();
    const found = await charon.charon.connections({ signal: AbortSignal.timeout(20_000) });
    await charon.stop("SIGTERM");
    const reading = readTunnel(readFileSync(new URL(name, examples), "utf8"), name);
    assert.deepEqual(
      found.map((connection) => connection.name),
      reading.ok && reading.tunnel.ends.map(({ connection }) => connection),
    );
  });

  test(`systemd takes the units of ${name}`, () => {
    const root = written(name);
    cpSync("/lib/systemd/system", join(root, "lib/systemd/system"), { recursive: true });
    for (const program of ["usr/sbin/nft", "usr/sbin/charon-systemd", "usr/sbin/swanctl"]) {
      mkdirSync(dirname(join(root, program)), { recursive: true });
      writeFileSync(join(root, program), "", { mode: 0o755 });
    }
    const units = [
      "causeway-guard.service",
      "causeway-routes.service",
      "causeway-initiate.timer",
      "strongswan.service",
    ];
    const said = spawnSync("systemd-analyze", ["verify", "--man=no", `--root=${root}`, ...units], { encoding: "utf8" });
    assert.equal(said.status, 0, said.stderr);
    const about = said.stderr.split("\n").filter((line) => line.includes("causeway") || line.includes("strongswan"));
    assert.deepEqual(about, []);
  });
}
