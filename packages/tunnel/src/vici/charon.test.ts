// needs: charon
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { gatewayAddress, ossBlocks } from "../testing/namespaces.ts";
import { type TunnelLab, openTunnelLab } from "../testing/tunnel-lab.ts";
import { type TunnelEvent, createCharon } from "./charon.ts";
import { createViciClient } from "./client.ts";

const options = { signal: AbortSignal.timeout(300_000) };

function isFault(code: string, expected: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code && expected.test(error.message);
}

describe("a real charon over VICI", () => {
  let folder: string;
  let lab: TunnelLab;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "causeway-vici-"));
    lab = openTunnelLab(folder);
    await lab.bringUp();
  });
  after(async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  test("says who it is", async () => {
    assert.match(await lab.host.charon.version(options), /^charon\S* \d+\.\d+/);
  });

  test("tells its connections with the blocks that each child is to carry", async () => {
    assert.deepEqual(await lab.host.charon.connections(options), [
      {
        name: "lab-1",
        remoteAddresses: [gatewayAddress],
        children: [{ name: "lab-1", remoteBlocks: [...ossBlocks] }],
      },
    ]);
  });

  test("tells its security associations, and the bytes that went through them", async () => {
    const [sa] = await lab.host.charon.sas(options);
    const [child] = sa?.children ?? [];
    assert.deepEqual(
      [sa?.name, sa?.state, sa?.remoteAddress, child?.state, child?.isUdpEncapsulated, child?.algorithms],
      ["lab-1", "ESTABLISHED", gatewayAddress, "INSTALLED", true, "AES_CBC-256/HMAC_SHA2_256_128"],
    );
    assert.deepEqual([...(child?.remoteBlocks ?? [])].sort(), [...ossBlocks].sort());
    const before = child?.bytesIn ?? 0;
    // Nobody listens there; the refusal comes back through the tunnel.
    assert.throws(() => lab.network.run("host", "bash", "-c", "</dev/tcp/100.118.102.10/80"));
    const [after] = (await lab.host.charon.sas(options)).flatMap(({ children }) => children);
    assert.ok((after?.bytesIn ?? 0) > before, `${after?.bytesIn} bytes came in, ${before} before`);
  });

  test("tells what happens to its tunnels as it happens", async () => {
    const events: TunnelEvent[] = [];
    const leaving = new AbortController();
    const watching = lab.host.charon.watch((event) => events.push(event), leaving);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await lab.host.charon.terminate("lab-1", options);
    await lab.host.charon.initiate("lab-1", options);
    await lab.installed("host", 1);
    leaving.abort(new Error("enough"));
    await assert.rejects(watching, /enough/);
    const kinds = events.map(({ kind, connection }) => `${connection} ${kind}`);
    for (const expected of ["ike-down", "child-down", "ike-up", "child-up"]) {
      assert.ok(kinds.includes(`lab-1 ${expected}`), `no ${expected} among ${kinds.join(", ")}`);
    }
  });

  test("tells that a child was rekeyed", async () => {
    const leaving = new AbortController();
    const rekeyed = new Promise<TunnelEvent>((resolve) => {
      const heard = (event: TunnelEvent): void => {
        if (event.kind === "child-rekeyed") resolve(event);
      };
      lab.host.charon.watch(heard, leaving).catch(() => undefined);
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await createViciClient(lab.host.socket).ask("rekey", { child: "lab-1" }, { ...options, waitMs: 5000 });
    assert.equal((await rekeyed).connection, "lab-1");
    leaving.abort();
  });

  test("takes a connection and a key that are in no file", async () => {
    const settings = {
      version: "2",
      remote_addrs: ["192.0.2.1"],
      local: { auth: "psk" },
      remote: { auth: "psk" },
      children: { other: { remote_ts: ["192.0.2.128/25"] } },
    };
    await lab.host.charon.loadConnection("other", settings, options);
    await lab.host.charon.loadKey({ id: "other", owners: ["192.0.2.1"], key: "another key" }, options);
    const loaded = await lab.host.charon.connections(options);
    assert.deepEqual(
      loaded.map(({ name }) => name),
      ["lab-1", "other"],
    );
  });

  test("a refusal is a fault that says why", async () => {
    const { charon } = lab.host;
    await assert.rejects(charon.initiate("nobody", options), isFault("CHARON_REFUSED", /initiate: .*nobody/));
    await assert.rejects(charon.loadConnection("x", { nonsense: "1" }, options), isFault("CHARON_REFUSED", /nonsense/));
    const client = createViciClient(lab.host.socket);
    await assert.rejects(
      client.ask("make-tea", {}, { ...options, waitMs: 5000 }),
      isFault("CHARON_REFUSED", /no command make-tea/),
    );
  });

  test("a socket where nobody answers is a fault that names it", async () => {
    const nowhere = createCharon(join(folder, "nowhere"));
    await assert.rejects(nowhere.version(options), isFault("CHARON_UNREACHABLE", /nowhere.*ENOENT/));
  });

  test("who watches hears that charon died", async () => {
    const watching = lab.host.charon.watch(() => undefined, options);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await Promise.all([assert.rejects(watching, isFault("CHARON_UNREACHABLE", /./)), lab.host.stop("SIGKILL")]);
  });
});
