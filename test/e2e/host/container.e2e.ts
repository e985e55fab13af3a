// needs: docker, root
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Compose, compose, until } from "../compose.ts";
import { becomeCloud, block, key, leakedTo, ossAddress, tunnelYaml } from "./cloud.ts";
import { type Machine, type Machines, openMachines } from "./machines.ts";

const inside = "172.16.1.183";
const graceMs = 120_000;

let machines: Machines;
/** Whose network the containers are on: the test must not touch that of the machine it runs on. */
let ground: Machine;
let cloud: Machine;
let system: Compose;
const folder = mkdtempSync(join(tmpdir(), "causeway-container-"));

before(
  async () => {
    machines = await openMachines();
    [ground, cloud] = await Promise.all([machines.boot("ground"), machines.boot("cloud")]);
    const customer = { address: ground.address, networks: `${inside}/32` };
    await becomeCloud(cloud, customer);
    await cloud.must(`systemd-run --unit=oss redis-server --port 80 --bind ${ossAddress}`);
    // As on a host: a process without the capability for it opens no port below 1024.
    await ground.must("sysctl -qw net.ipv4.ip_unprivileged_port_start=1024");
    // What a cloud's router would do with a packet in clear: bring it there.
    await ground.must(`ip address add ${inside}/32 dev eth0 && ip route add ${block} via ${cloud.address} metric 100`);
    await ground.must(
      "apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends nftables",
    );
    writeFileSync(join(folder, "host.yaml"), "version: 1\nworker: none\n");
    writeFileSync(join(folder, "key"), key);
    const end = { cloud, keyPlace: "file:/etc/causeway/config/key" };
    writeFileSync(join(folder, "tunnel.yaml"), tunnelYaml("self", customer, end));
    const there = { network_mode: `container:${ground.name}` };
    const override = { services: { tunnel: there, "tunnel-worker": there } };
    writeFileSync(join(folder, "override.json"), JSON.stringify(override));
    system = compose("tunnel", {
      COMPOSE_FILE: `docker-compose.yml:${join(folder, "override.json")}`,
      COMPOSE_PROFILES: "tunnel",
      TUNNEL_CONFIG: folder,
      SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
      API_KEYS: "test:admin:a-key-of-the-test-and-no-other",
      OSS_ALLOWED_CIDRS: block,
    });
  },
  { timeout: 300_000 },
);

after(async () => {
  await system?.plain("down", "--volumes", "--remove-orphans", "--timeout", "20");
  await machines?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function must(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, output } = await system.plain(...args);
  if (exitCode !== 0) throw new Error(`docker compose ${args.join(" ")} ended with ${exitCode}:\n${output}`);
  return stdout;
}

/** `reached`, or why the worker's container does not reach OSS. */
async function connect(): Promise<string> {
  const script = `const s = require("node:net").connect({ host: "${ossAddress}", port: 80, timeout: 3000 });
    s.on("connect", () => { console.log("reached"); s.destroy(); });
    s.on("error", ({ code }) => console.log(code));
    s.on("timeout", () => { console.log("silence"); s.destroy(); });`;
  return (await must("exec", "-T", "tunnel-worker", "node", "-e", script)).trim();
}

function metrics(): Promise<string> {
  const script = 'fetch("http://127.0.0.1:9110/metrics").then((a) => a.text()).then(console.log)';
  return must("exec", "-T", "tunnel-worker", "node", "-e", script);
}

/** What the service's first process could ever do beyond others, as hexadecimal digits. */
async function capabilities(service: string): Promise<string> {
  return /^CapBnd:\s*(\S+)/m.exec(await must("exec", "-T", service, "cat", "/proc/1/status"))?.[1] ?? "";
}

test(
  "with the profile tunnel a container brings the tunnel up, and the worker beside it reaches OSS through it only",
  { timeout: 600_000 },
  async () => {
    // The tunnel's image is made from the system's.
    await must("build", "needs-SECRET_KEY");
    await must("build", "tunnel");
    await must("up", "--detach", "--no-build", "tunnel", "tunnel-worker");
    await until("installed child", graceMs, async () => {
      const { output } = await system.plain("exec", "-T", "tunnel", "swanctl", "--list-sas");
      return output.includes("INSTALLED") || undefined;
    });
    assert.equal(await connect(), "reached");
    assert.equal(await leakedTo(cloud), 0);
  },
);

test("the container has the one capability NET_ADMIN, and the worker's has none", async () => {
  assert.equal(Number.parseInt(await capabilities("tunnel"), 16), 2 ** 12);
  assert.equal(Number.parseInt(await capabilities("tunnel-worker"), 16), 0);
});

test("the worker knows how the tunnel is, and what the guard refused", async () => {
  await until("tunnel that is up for the worker", graceMs, async () => {
    return /^migration_tunnel_up\S* 1$/m.test(await metrics().catch(() => "")) || undefined;
  });
  assert.match(await metrics(), /^migration_tunnel_refused_packets\S* \d+$/m);
});

test("when the container is gone, guard and routes stay: OSS is out of reach, and the worker knows", async () => {
  await must("stop", "--timeout", "10", "tunnel");
  assert.match(await connect(), /^E/);
  assert.equal(await leakedTo(cloud), 0);
  await until("tunnel that is down for the worker", graceMs, async () => {
    return /^migration_tunnel_up\S* 0$/m.test(await metrics()) || undefined;
  });
});

test("the container comes back by itself to a working tunnel", async () => {
  await must("start", "tunnel");
  await until("way to OSS", graceMs, async () => (await connect()) === "reached" || undefined);
  assert.equal(await leakedTo(cloud), 0);
});

test("control: without guard and routes the same connection leaves in clear, and is seen", async () => {
  await must("stop", "--timeout", "10", "tunnel");
  await ground.must(`nft delete table inet causeway_guard; ip route del unreachable ${block} metric 4294967295`);
  await connect();
  assert.ok((await leakedTo(cloud)) > 0);
});
