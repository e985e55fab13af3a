import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { type ListenOptions, type Server, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { type Charon, createCharon } from "../vici/charon.ts";
import { createViciClient, wasSlow } from "../vici/client.ts";
import type { IkeSa } from "../vici/security-associations.ts";
import { createTunnelLink } from "./tunnel-link.ts";

const options = { signal: AbortSignal.timeout(60_000) };
const child = {
  name: "lab-1",
  state: "INSTALLED",
  localBlocks: [],
  remoteBlocks: ["127.0.0.0/24"],
  bytesIn: 1,
  bytesOut: 1,
  installedSeconds: 1,
  isUdpEncapsulated: true,
  algorithms: "",
};
const up: IkeSa = {
  name: "lab-1",
  state: "ESTABLISHED",
  remoteAddress: "192.0.2.1",
  establishedSeconds: 1,
  children: [child],
};

/** A link over a charon that tells what `sas` answers. */
function linkTo(sas: () => Promise<readonly IkeSa[]>) {
  const charon: Charon = { ...createCharon("/nowhere"), sas };
  return createTunnelLink({ charon, refused: async () => "The guard cannot be read: this is a test." });
}

async function listening(t: TestContext, server: Server, at: ListenOptions): Promise<void> {
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(at).once("listening", resolve));
}

test("a target is in order when a child carries its address and it answers there", async (t) => {
  const server = createServer();
  await listening(t, server, { port: 0, host: "127.0.0.1" });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const link = linkTo(async () => [up]);
  const good = { endpoint: `http://oss.invalid:${address.port}`, addresses: ["127.0.0.1"] };
  const elsewhere = { endpoint: "http://elsewhere.invalid", addresses: ["127.0.1.1"] };
  const nameless = { endpoint: "http://nameless.invalid", addresses: [] };
  const { tunnel, barred, barredTargets } = await link.look([good, elsewhere, nameless], options);
  assert.deepEqual([tunnel.state, barred], ["up", undefined]);
  assert.equal(barredTargets.has(good.endpoint), false);
  assert.match(barredTargets.get(elsewhere.endpoint)?.said ?? "", /127\.0\.1\.1, which the tunnel does not carry/);
  assert.match(barredTargets.get(nameless.endpoint)?.said ?? "", /does not resolve/);
});

test("a target that does not answer twice running is barred, and free again with its next answer", async (t) => {
  const server = createServer();
  await listening(t, server, { port: 0, host: "127.0.0.1" });
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const { port } = address;
  await new Promise((resolve) => server.close(resolve));
  const link = linkTo(async () => [up]);
  const target = { endpoint: `http://127.0.0.1:${port}`, addresses: [] };
  assert.equal((await link.look([target], options)).tunnel.state, "up");
  const second = await link.look([target], options);
  assert.equal(second.tunnel.state, "down");
  assert.match(second.tunnel.reason ?? "", /stands, but nobody answers behind it: .*ECONNREFUSED/);
  await listening(t, createServer(), { port, host: "127.0.0.1" });
  assert.equal((await link.look([target], options)).tunnel.state, "up");
});

test("a target that does not answer while bytes come out of the tunnel only waits its turn", async () => {
  let bytesIn = 0;
  const link = linkTo(async () => [{ ...up, children: [{ ...child, bytesIn: (bytesIn += 1) }] }]);
  const target = { endpoint: "http://127.0.0.1:1", addresses: [] };
  const states: string[] = [];
  for (let n = 0; n < 4; n += 1) states.push((await link.look([target], options)).tunnel.state);
  assert.deepEqual(states, ["up", "up", "up", "up"]);
});

test("a charon that is gone bars everything at once; one that is only slow is taken at its last word", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "causeway-slow-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const silent = join(folder, "silent");
  await listening(t, createServer(), { path: silent });
  const asked = createViciClient(silent).ask("version", {}, { ...options, waitMs: 100 });
  const slow = await asked.then(
    () => assert.fail("a silent socket answered"),
    (error: unknown) => error,
  );
  assert.ok(slow instanceof Fault && wasSlow(slow));
  const answers: (readonly IkeSa[] | Fault)[] = [slow, [up], slow, new Fault("CHARON_UNREACHABLE", "path")];
  const link = linkTo(async () => {
    const next = answers.shift() ?? [];
    if (next instanceof Fault) throw next;
    return next;
  });
  const states: string[] = [];
  while (answers.length > 0) states.push((await link.look([], options)).tunnel.state);
  assert.deepEqual(states, ["down", "up", "up", "down"]);
});

test("who watches hears that charon ended, and hears the next one, until it is aborted", async () => {
  const leaving = new AbortController();
  const heard: string[] = [];
  let charons = 0;
  const charon: Charon = {
    ...createCharon("/nowhere"),
    watch: async (hear) => {
      charons += 1;
      if (charons === 2) hear({ kind: "child-rekeyed", connection: "lab-1" });
      throw new Fault("CHARON_UNREACHABLE", "transient");
    },
  };
  const link = createTunnelLink({ charon, refused: async () => 0 });
  await link.watch(
    (what) => {
      heard.push(what);
      if (heard.length === 3) leaving.abort(new Error("enough"));
    },
    { signal: leaving.signal },
  );
  assert.deepEqual(heard, ["state", "rekeyed", "state"]);
});
