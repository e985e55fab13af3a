// needs: charon

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type TunnelLab, openTunnelLab } from "@causeway/tunnel/testing/tunnel-lab.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "causeway-status-"));
let lab: TunnelLab;

before(async () => {
  lab = openTunnelLab(folder);
  lab.guard("on");
  await lab.bringUp();
});
after(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs it where the tunnel is: in the host's network namespace. */
function status(...args: readonly string[]) {
  const [command = "", ...prefix] = lab.network.within("host");
  const line = [...prefix, process.execPath, main, "tunnel", "status", "--socket", lab.host.socket, ...args];
  return spawnSync(command, line, { encoding: "utf8", env: { PATH: process.env["PATH"] } });
}

test("tunnel status shows a tunnel that is up, what it carries, and what the guard refused", () => {
  const { status: code, stdout } = status();
  assert.equal(code, 0);
  assert.match(stdout, /lab-1 +up +198\.51\.100\.62 +\d+ +\d+ +100\.98\.35\.0\/24,/);
  assert.match(stdout, /charon-systemd \d.*; the guard refused 0 packets/);
});

test("tunnel status ends with 1 while a tunnel is down, and says so in JSON too", async () => {
  await lab.host.charon.terminate("lab-1", { signal: AbortSignal.timeout(60_000) });
  const { status: code, stdout } = status("--json");
  const found: { ok: boolean; tunnels: readonly { state: string }[] } = JSON.parse(stdout);
  assert.equal(code, 1);
  assert.equal(found.ok, false);
  assert.deepEqual(
    found.tunnels.map(({ state }) => state),
    ["down"],
  );
});
