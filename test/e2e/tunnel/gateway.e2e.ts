// needs: charon
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clientAddress, hostAmongClients } from "../../../packages/tunnel/src/testing/namespaces.ts";
import type { TunnelLab } from "../../../packages/tunnel/src/testing/tunnel-lab.ts";
import { type System, hasEnded } from "../../system/system.ts";
import { type Bed, assertWhole, graceMs, openBed, synthetic } from "./bed.ts";
import { capture, offeredSizes } from "./capture.ts";
import { testBeforeTheFirstTunnel } from "./controls.ts";

const options = { signal: AbortSignal.timeout(480_000) };
/** What fits packets of 1,400 bytes, as the guard is rendered. */
const tunnelMss = 1360;
const jumboMss = 8961;

/** What becomes of its jobs while the tunnel is cut is in outage.e2e.ts. */
describe("a worker without a tunnel of its own, behind a host that forwards", () => {
  let bed: Bed;
  let lab: TunnelLab;
  let system: System;
  let folder: string;

  before(async () => {
    bed = await openBed({
      role: "gateway",
      sources: { "small-bucket": synthetic(200, 16_384) },
    });
    ({ lab, system, folder } = bed);
  });
  after(() => bed?.close());

  testBeforeTheFirstTunnel(
    () => bed,
    async () => {
      const counter = ["counter", "inet", "causeway_guard", "refused_forwarded"];
      const printed = lab.network.run("host", "nft", "list", ...counter);
      return Number(/packets (\d+)/.exec(printed)?.[1] ?? Number.NaN);
    },
  );

  test("200 objects of a client go through the host's tunnel, and the internet sees ESP in UDP only", async () => {
    await lab.bringUp();
    const wire = await capture(lab.network, folder);
    const stats = await system.until(await system.submit(bed.jobFrom("small-bucket")), hasEnded, graceMs);
    const seen = await wire.stop();
    assertWhole(stats, 200);
    assert.deepEqual([seen.clear, seen.other], [0, 0]);
    assert.ok(seen.esp > 200, `${seen.esp} packets of ESP`);
    assert.equal((await bed.worker()).tunnel, null);
  });

  test("clients and OSS agree on segments that fit the tunnel, whatever the clients' interface carries", async () => {
    const offered = await offeredSizes(lab.network, { place: "client", device: "eth0" });
    const arrived = await offeredSizes(lab.network, { place: "oss", device: "eth0" });
    bed.plainRequest();
    const [ofClient, ofOss] = [await offered.stop(), await arrived.stop()];
    assert.deepEqual(ofClient, { questions: [jumboMss], answers: [tunnelMss] });
    assert.deepEqual(ofOss.questions, [tunnelMss]);
  });

  test("a host that forwards opens no way from OSS to its clients or itself, and none for them to anywhere else", async () => {
    const wire = await capture(lab.network, folder);
    const connect = (from: "oss" | "client", to: string): void =>
      void lab.network.run(from, "timeout", "3", "bash", "-c", `exec 3<>/dev/tcp/${to}/9`);
    // Nobody listens there: a way would bring back at once that the connection is refused.
    assert.throws(() => connect("oss", clientAddress), isSilence);
    assert.throws(() => connect("oss", hostAmongClients), isSilence);
    lab.network.run("client", "ip", "route", "add", "198.51.100.0/24", "via", hostAmongClients);
    assert.throws(() => connect("client", "198.51.100.1"), isSilence);
    const seen = await wire.stop();
    assert.deepEqual([seen.clear, seen.other], [0, 0]);
  });

  test("control: without the guard a host whose tunnel is down forwards in clear, and the capture sees it", async () => {
    await lab.host.charon.terminate("lab-1", options);
    lab.guard("off");
    const wire = await capture(lab.network, folder);
    bed.plainRequest();
    assert.ok((await wire.stop()).clear > 0);
  });
});

/** `timeout` ends with 124 what nobody answered; a refusal ends the shell with 1. */
function isSilence(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 124;
}
