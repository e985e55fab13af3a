// needs: charon

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { initiatePath } from "../src/render/initiate.ts";
import { type TunnelLab, openTunnelLab } from "../src/testing/tunnel-lab.ts";

const folder = mkdtempSync(join(tmpdir(), "causeway-initiate-"));
const patience = () => ({ signal: AbortSignal.timeout(60_000) });
let lab: TunnelLab;

before(() => {
  lab = openTunnelLab(folder);
});
after(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the timer does every ten seconds. */
function callForTunnels(): string {
  const script = `STRONGSWAN_CONF=${folder}/host/strongswan.conf ${join(folder, "root", initiatePath)} --uri unix://${lab.host.socket} 2>&1`;
  return lab.network.run("host", "sh", "-c", script);
}

async function installed(): Promise<number> {
  const sas = await lab.host.charon.sas(patience());
  return sas.flatMap(({ children }) => children).filter(({ state }) => state === "INSTALLED").length;
}

test("a tunnel that the gateway refused comes up when the key is mended and the timer calls for it", async () => {
  await lab.gateway.start();
  await lab.host.start();
  await lab.loadKeys("a key that is not the gateway's");
  assert.match(callForTunnels(), /lab-1 did not come up/);
  assert.equal(await installed(), 0);
  await lab.loadKeys();
  callForTunnels();
  assert.equal(await installed(), 1);
});

test("a tunnel that is up is left alone", async () => {
  assert.doesNotMatch(callForTunnels(), /lab-1|initiate/);
  assert.equal(await installed(), 1);
});

test("a tunnel that was taken down is called for", async () => {
  await lab.host.charon.terminate("lab-1", patience());
  assert.equal(await installed(), 0);
  callForTunnels();
  assert.equal(await installed(), 1);
});
