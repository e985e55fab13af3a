import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readTunnel } from "../model/read-tunnel.ts";
import { localKeyFaults } from "./local-keys.ts";

const folder = mkdtempSync(join(tmpdir(), "causeway-keys-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const yaml = readFileSync(new URL("../../examples/tokyo-shanghai.yaml", import.meta.url), "utf8");
const good = "0123456789abcdef0123456789abcdef";

async function faultsOf(reference: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const reading = readTunnel(yaml.replace(/key: .*/, `key: ${reference}`), "tunnel.yaml");
  assert.ok(reading.ok);
  const faults = await localKeyFaults(reading.tunnel, environment);
  return faults.map(({ end, says, cure }) => `${end}: ${says} ${cure}`).join("\n");
}

test("a key in the environment or in a file is looked at, and a good one passes", async () => {
  writeFileSync(join(folder, "key"), `${good}\n`);
  assert.equal(await faultsOf(`file:${folder}/key`), "");
  assert.equal(await faultsOf("env:KEY", { KEY: good }), "");
});

test("a missing key is said with its cure", async () => {
  assert.equal(await faultsOf("env:KEY"), "0: There is no key at env:KEY. Set the variable.");
  assert.match(await faultsOf(`file:${folder}/none`), /^0: There is no key at file:.*none\. Write the file/);
});

test("a key that the gateway refuses is refused before it gets there, without being shown", async () => {
  const said = await faultsOf("env:KEY", { KEY: `${good} "` });
  assert.match(said, /^0: env:KEY: The key contains a space, ", which Alibaba's gateways refuse\. Make one with/);
  assert.doesNotMatch(said, /0123/);
});

test("a key in a parameter store is left to the host that may read it", async () => {
  assert.equal(await faultsOf("ssm:/causeway/key"), "");
});
