import assert from "node:assert/strict";
import { test } from "node:test";
import { ossBlocks } from "../../../packages/tunnel/src/testing/namespaces.ts";
import type { Bed } from "./bed.ts";
import { capture } from "./capture.ts";

/**
 * What every suite here has to see first, before its tunnel is up for the first time: a packet in clear is noticed, and routes
 * and guard each let none out. `refused` reads how many packets the guard refused, where whom it concerns reads it.
 */
export function testBeforeTheFirstTunnel(bedOf: () => Bed, refused: (bed: Bed) => Promise<number>): void {
  test("control: without tunnel and guard a request goes out in clear, and the capture sees it", async () => {
    const bed = bedOf();
    const wire = await capture(bed.lab.network, bed.folder);
    bed.plainRequest();
    const seen = await wire.stop();
    assert.ok(seen.clear > 0, JSON.stringify(seen));
    assert.equal(seen.esp, 0);
  });

  test("before charon's first start routes and guard refuse what goes to OSS, each by itself; the guard counts it", async () => {
    const bed = bedOf();
    const { lab } = bed;
    lab.guard("on");
    const wire = await capture(lab.network, bed.folder);
    assert.throws(() => bed.plainRequest());
    lab.network.run("host", "ip", "route", "del", "unreachable", ossBlocks[0], "metric", "4294967295");
    const before = await refused(bed);
    assert.throws(() => bed.plainRequest());
    assert.deepEqual(await wire.stop(), { clear: 0, other: 0, esp: 0 });
    await bed.until("refused packets are counted", async () => (await refused(bed)) > before);
    lab.guard("on");
  });
}
