import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { type Server, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Relay, openRelay } from "@causeway/tunnel/relay/relay.ts";
import { encodeMessage } from "@causeway/tunnel/vici/message.ts";
import { type Packet, encodePacket, packetsOf } from "@causeway/tunnel/vici/packet.ts";
import { serveMetrics } from "./metrics.ts";

const child = { name: "lab-1", state: "INSTALLED", "remote-ts": ["100.118.102.0/24"] };
const established = {
  "lab-1": {
    state: "ESTABLISHED",
    "remote-host": "192.0.2.1",
    "child-sas": { "lab-1-1": { ...child, "bytes-in": "100", "bytes-out": "20" } },
  },
};
const nothing = Buffer.alloc(0);

/** What charon answers a reader who asks for its security associations. */
function answersTo({ kind, name }: Packet): readonly Packet[] {
  if (kind !== "request") return [{ kind: "confirm", name: "", body: nothing }];
  const event: Packet = { kind: "event", name: "list-sa", body: encodeMessage(established) };
  return [...(name === "list-sas" ? [event] : []), { kind: "response", name: "", body: nothing }];
}

/** Speaks as charon does, with one tunnel up; `asked` hears of each question. */
function speakAsCharon(path: string, asked: () => void): Promise<Server> {
  const server = createServer((reader) => {
    reader.on("error", () => undefined);
    void (async () => {
      for await (const packet of packetsOf(reader)) {
        if (packet.kind === "request") asked();
        for (const answer of answersTo(packet)) reader.write(encodePacket(answer));
      }
    })().catch(() => undefined);
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}

/** Serves with any free port until `stop` is called; answers where. */
async function served(socket: string, port = 0) {
  const stopping = new AbortController();
  const complaints: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const ended = serveMetrics(
    socket,
    { HEALTH_HOST: "127.0.0.1", HEALTH_PORT: port },
    {
      say: (line) => resolve(line.slice(line.indexOf("http:"))),
      complain: (line) => complaints.push(line),
      stopping: stopping.signal,
    },
  );
  const url = await Promise.race([promise, ended.then(() => "")]);
  const stop = (): Promise<number> => {
    stopping.abort();
    return ended;
  };
  return { url, complaints, stop };
}

const textAt = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

describe("the figures of a host without a worker", () => {
  let folder: string;
  let charon: Server;
  let relay: Relay;
  let socket: string;
  let questions = 0;
  let refused: number | string;
  let host: Awaited<ReturnType<typeof served>>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "causeway-metrics-"));
    socket = join(folder, "relay");
    charon = await speakAsCharon(join(folder, "charon"), () => (questions += 1));
    relay = await openRelay({ charon: join(folder, "charon"), listen: socket, refused: async () => refused });
    host = await served(socket);
  });
  beforeEach(() => {
    refused = 3;
  });
  after(async () => {
    await host?.stop();
    relay?.close();
    charon?.close();
    rmSync(folder, { recursive: true });
  });

  test("are those that a worker tells of its tunnel, by the same names", async () => {
    const text = await textAt(host.url);
    for (const line of [
      'migration_tunnel_up{service="host"} 1',
      'migration_tunnel_children{service="host"} 1',
      'migration_tunnel_bytes{direction="in",service="host"} 100',
      'migration_tunnel_bytes{direction="out",service="host"} 20',
      'migration_tunnel_readable{part="charon",service="host"} 1',
      'migration_tunnel_readable{part="guard",service="host"} 1',
      'migration_tunnel_refused_packets{service="host"} 3',
    ]) {
      assert.ok(text.includes(`${line}\n`), `${line} is not in\n${text}`);
    }
    assert.equal((await fetch(`${host.url}/readyz`)).status, 200);
  });

  test("are those of the moment at which somebody asks", async () => {
    refused = 4;
    assert.match(await textAt(host.url), /^migration_tunnel_refused_packets\S* 4$/m);
  });

  test("cost charon one question at a time, however many ask", async () => {
    const before = questions;
    await Promise.all(Array.from({ length: 40 }, () => textAt(host.url)));
    assert.ok(questions - before < 40, `${questions - before} questions for 40 readers`);
  });

  test("without a guard that can be read there is no count, and the reason is told", async () => {
    refused = "The guard cannot be read: it is not loaded.";
    const text = await textAt(host.url);
    assert.match(text, /^migration_tunnel_readable\{part="guard",\S+ 0$/m);
    assert.doesNotMatch(text, /^migration_tunnel_refused_packets/m);
    assert.match(text, /^migration_tunnel_up\S* 1$/m, "the tunnel itself stands");
    const answer = await fetch(`${host.url}/readyz`);
    assert.deepEqual([answer.status, await answer.json()], [503, { status: "not-ready", obstacles: [refused] }]);
  });
});

test("without the relay nothing is made up: no figure but that the tunnel cannot be read", async (t) => {
  const host = await served(join(tmpdir(), "causeway-nobody-listens"));
  t.after(() => host.stop());
  const text = await textAt(host.url);
  for (const part of ["charon", "guard"]) assert.match(text, new RegExp(`readable{part="${part}",\\S+ 0$`, "m"));
  assert.match(text, /^migration_tunnel_up\S* 0$/m);
  assert.doesNotMatch(text, /^migration_tunnel_(children|bytes|refused_packets)/m);
  const { obstacles } = (await (await fetch(`${host.url}/readyz`)).json()) as { readonly obstacles: readonly string[] };
  assert.equal(obstacles.length, 2);
  assert.match(obstacles[0] ?? "", /charon does not tell how the tunnel is: .*causeway-nobody-listens/);
  assert.match(obstacles[1] ?? "", /^The guard cannot be read: /);
  assert.equal(await host.stop(), 0);
});

test("a port that is taken is told in a sentence, and systemd tries again", async (t) => {
  const first = await served(join(tmpdir(), "causeway-nobody-listens"));
  t.after(() => first.stop());
  const second = await served(join(tmpdir(), "causeway-nobody-listens"), Number(new URL(first.url).port));
  t.after(() => second.stop());
  assert.match(second.complaints.join(), /HEALTH_HOST and HEALTH_PORT cannot be served at: .*EADDRINUSE/);
  assert.equal(await second.stop(), 1);
  assert.equal(await first.stop(), 0);
});
