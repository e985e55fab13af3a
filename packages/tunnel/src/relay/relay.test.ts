// needs: charon
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { createToldRefused } from "../link/told-refused.ts";
import { type TunnelLab, openTunnelLab } from "../testing/tunnel-lab.ts";
import { type Charon, type TunnelEvent, createCharon } from "../vici/charon.ts";
import { type ViciClient, createViciClient } from "../vici/client.ts";
import type { ViciMessage } from "../vici/message.ts";
import { type Relay, openRelay } from "./relay.ts";

const options = { signal: AbortSignal.timeout(300_000) };
const waiting = { ...options, waitMs: 5000 };
const otherwise = (): Promise<number | string> => Promise.resolve(7);

describe("a relay between a worker and a real charon", () => {
  let folder: string;
  let lab: TunnelLab;
  let relay: Relay;
  let socket: string;
  let client: ViciClient;
  let charon: Charon;
  let refusedPackets: number | string = 3;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "causeway-relay-"));
    lab = openTunnelLab(folder);
    await lab.bringUp();
    socket = join(folder, "for-readers");
    relay = await openRelay({ charon: lab.host.socket, listen: socket, refused: async () => refusedPackets });
    client = createViciClient(socket);
    charon = createCharon(socket, client);
  });
  after(async () => {
    relay?.close();
    await lab?.close();
    rmSync(folder, { recursive: true });
  });

  test("lets it read what charon says of itself, its connections and its security associations", async () => {
    assert.equal(await charon.version(options), await lab.host.charon.version(options));
    assert.deepEqual(await charon.connections(options), await lab.host.charon.connections(options));
    const [sa] = await charon.sas(options);
    assert.deepEqual([sa?.name, sa?.state, sa?.children[0]?.state], ["lab-1", "ESTABLISHED", "INSTALLED"]);
  });

  test("passes on what happens to the tunnels, as it happens", async () => {
    const events: TunnelEvent[] = [];
    const leaving = new AbortController();
    const watching = charon.watch((event) => events.push(event), leaving);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await lab.host.charon.terminate("lab-1", options);
    await lab.host.charon.initiate("lab-1", options);
    const missing = () =>
      (["child-down", "child-up"] as const).filter((wanted) => !events.some(({ kind }) => kind === wanted));
    for (const endsAtMs = Date.now() + 60_000; missing().length > 0;) {
      if (Date.now() > endsAtMs) assert.fail(`${missing().join()} did not come; ${JSON.stringify(events)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    leaving.abort(new Error("enough"));
    await assert.rejects(watching, /enough/);
  });

  const commands: readonly (readonly [string, ViciMessage])[] = [
    ["load-conn", { other: { remote_addrs: ["192.0.2.1"], children: { other: { updown: "/bin/false" } } } }],
    ["load-shared", { id: "lab-1", type: "IKE", data: "another key" }],
    ["load-key", { type: "any", data: "x" }],
    ["unload-conn", { name: "lab-1" }],
    ["unload-shared", { id: "lab-1" }],
    ["terminate", { ike: "lab-1" }],
    ["initiate", { child: "lab-1" }],
    ["rekey", { child: "lab-1" }],
    ["install", { child: "lab-1" }],
    ["uninstall", { child: "lab-1" }],
    ["redirect", { ike: "lab-1" }],
    ["clear-creds", {}],
    ["flush-certs", {}],
    ["reload-settings", {}],
    ["load-pool", { pool: { addrs: "192.0.2.0/24" } }],
    ["get-shared", {}],
  ];
  for (const [command, message] of commands) {
    test(`does not pass on ${command}`, async () => {
      const state = (): Promise<readonly unknown[]> =>
        Promise.all([
          lab.host.charon.connections(options),
          lab.host.charon.sas(options).then((sas) => sas.map(({ name, children }) => [name, children.length])),
          createViciClient(lab.host.socket).ask("get-shared", {}, waiting),
        ]);
      const before = await state();
      await assert.rejects(client.ask(command, message, waiting), isFault(/knows no command/));
      assert.deepEqual(await state(), before);
    });
  }

  test("does not pass on charon's log", async () => {
    const watching = client.listen(["log"], () => undefined, options);
    await assert.rejects(watching, isFault(/knows no event log/));
  });

  test("tells what the guard refused, also while charon is dead; then each reader finds the new charon by itself", async () => {
    const refused = createToldRefused(client, otherwise);
    assert.equal(await refused(), 3);
    refusedPackets = "The guard cannot be read: it is away.";
    assert.equal(await refused(), refusedPackets);
    await lab.host.stop("SIGKILL");
    refusedPackets = 5;
    assert.equal(await refused(), 5);
    await assert.rejects(charon.sas(options), /CHARON_UNREACHABLE/);
    await lab.host.start();
    assert.match(await charon.version(options), /^charon/);
  });

  test("a worker that asks charon itself counts what it sees with its own eyes", async () => {
    const refused = createToldRefused(createViciClient(lab.host.socket), otherwise);
    assert.equal(await refused(), 7);
    assert.equal(await refused(), 7);
    const nobody = createToldRefused(createViciClient(join(folder, "nowhere")), otherwise);
    assert.equal(await nobody(), 7, "before charon's first start too");
  });

  test("is for its owner and its group; whoever talks nonsense is sent away, and others go on", async () => {
    assert.equal(statSync(socket).mode & 0o777, 0o660);
    const nonsense = connect(socket);
    nonsense.on("error", () => undefined);
    nonsense.write("GET / HTTP/1.1\r\n\r\n");
    await once(nonsense, "close");
    assert.match(await charon.version(options), /^charon/);
  });
});

function isFault(expected: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === "CHARON_REFUSED" && expected.test(error.message);
}
