import assert from "node:assert/strict";
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const examples = fileURLToPath(new URL("../../tunnel/examples/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "causeway-tunnel-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function causeway(...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [main, "tunnel", ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
}

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test("tunnel render prints every file that a host needs", () => {
  const { status, stdout } = causeway("render", join(examples, "tokyo-shanghai.yaml"));
  assert.equal(status, 0);
  assert.equal(stdout, readFileSync(join(examples, "tokyo-shanghai.rendered.txt"), "utf8"));
});

test("tunnel render --out writes the files with their modes, also over old ones", () => {
  const out = join(folder, "root");
  for (const example of ["tokyo-shanghai.yaml", "dual-tunnel.yaml"]) {
    assert.equal(causeway("render", join(examples, example), "--out", out).status, 0);
  }
  assert.match(readFileSync(join(out, "etc/swanctl/conf.d/causeway.conf"), "utf8"), /if_id_in = 41/);
  assert.equal(statSync(join(out, "usr/local/lib/causeway/tunnel-routes")).mode & 0o777, 0o755);
});

test("tunnel render refuses a wrong file with line and cure, all at once, and writes nothing", () => {
  const text = readFileSync(join(examples, "tokyo-shanghai.yaml"), "utf8");
  const file = written("wrong.yaml", text.replace("172.16.1.0/24", "172.19.1.0/24").replace("-internal", ""));
  const out = join(folder, "nothing");
  const { status, stderr } = causeway("render", file, "--out", out);
  assert.equal(status, 2);
  assert.match(stderr, /wrong\.yaml:6: 172\.19\.1\.0\/24 overlaps[^]*wrong\.yaml:15: oss-cn-shanghai\.aliyuncs\.com/);
  assert.throws(() => statSync(out));
});

test("tunnel render refuses a missing key of the environment at its line", () => {
  const text = readFileSync(join(examples, "tokyo-shanghai.yaml"), "utf8");
  const { status, stderr } = causeway("render", written("env.yaml", text.replace(/key: .*/, "key: env:NO_SUCH_KEY")));
  assert.equal(status, 2);
  assert.match(stderr, /env\.yaml:12: There is no key at env:NO_SUCH_KEY\. Set the variable\./);
});

test("tunnel render says of a file that is not there just that", () => {
  const { status, stderr } = causeway("render", join(folder, "none.yaml"));
  assert.equal(status, 2);
  assert.match(stderr, /^\S+none\.yaml cannot be read: ENOENT/);
});

test("tunnel check names what this host lacks for the tunnel", () => {
  const { status, stdout } = causeway("check", join(examples, "tokyo-shanghai.yaml"), "--json");
  const { ok, findings }: { ok: boolean; findings: readonly { state: string; says: string }[] } = JSON.parse(stdout);
  assert.equal(status, ok ? 0 : 1);
  // Whatever the machine of this test is, it does not have the example's address.
  assert.equal(ok, false);
  assert.ok(findings.some(({ state, says }) => state === "failure" && says.includes("172.16.1.0/24")));
});

test("tunnel convert prints a tunnel.yaml that renders, and notes what was weak", () => {
  const conf = written(
    "ipsec.conf",
    "conn old\n  authby=psk\n  ike=3des-sha1-modp1024\n  leftid=3.112.29.59\n  leftsubnet=172.16.1.0/24\n  right=47.74.46.62\n  rightsubnet=100.118.102.0/24\n",
  );
  const { status, stdout, stderr } = causeway("convert", conf);
  assert.equal(status, 0);
  assert.match(stderr, /note: \S+ipsec\.conf:3: ike=3des-sha1-modp1024 is weak/);
  assert.equal(causeway("render", written("converted.yaml", stdout)).status, 0);
  const existing = causeway("convert", conf, "--out", join(folder, "converted.yaml"));
  assert.equal(existing.status, 2);
  assert.match(existing.stderr, /converted\.yaml cannot be written: EEXIST/);
});

test("tunnel status without charon says where it looked", () => {
  const { status, stderr } = causeway("status", "--socket", join(folder, "vici"));
  assert.equal(status, 2);
  assert.match(stderr, /^charon does not answer at \S+vici: .*Is strongswan\.service running, and are you root\?/);
});
