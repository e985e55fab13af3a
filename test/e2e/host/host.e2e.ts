// needs: docker, root
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { block, becomeCloud, key, leakedTo, ossAddress, serve, tunnelYaml } from "./cloud.ts";
import { type Ended, type Machine, type Machines, must, openMachines } from "./machines.ts";
import { type ParameterStore, serveParameters } from "./parameter-store.ts";

// What the host speaks from inside the tunnel; charon's own ESP cannot carry the address that carries it.
const inside = "172.16.1.183";
/** Where a worker host without a tunnel is, and the gateway host's own address there. */
const clientNetwork = "172.16.2.0/24";
const hostAmongClients = "172.16.2.1";
const clientAddress = "172.16.2.20";
const secretKey = Buffer.alloc(32, 7).toString("base64");

let machines: Machines;
let host: Machine;
let gateway: Machine;
let client: Machine;
/** What packer would make of a provisioned machine. */
let image: string;
let store: ParameterStore;
const folder = mkdtempSync(join(tmpdir(), "causeway-host-"));

before(
  async () => {
    machines = await openMachines();
    const [bundle = ""] = (await must(process.execPath, ["deploy/worker-host/bundle.mjs", "--out", folder])).split(
      "\n",
    );
    [host, gateway] = await Promise.all([machines.boot("host"), machines.boot("gateway")]);
    for (const machine of [host, gateway]) {
      await machine.copy(bundle, "/root/bundle.tar.gz");
      await machine.must("mkdir /opt/causeway && tar -xzf /root/bundle.tar.gz -C /opt/causeway");
    }
  },
  { timeout: 300_000 },
);

after(async () => {
  store?.close();
  await machines?.close();
  rmSync(folder, { recursive: true, force: true });
});

test(
  "the provision script makes a bare Debian 12 a host: no charon runs before there is a tunnel",
  { timeout: 400_000 },
  async () => {
    await host.must("/opt/causeway/deploy/worker-host/provision.sh");
    assert.equal((await host.run("systemctl is-active strongswan")).stdout.trim(), "inactive");
    assert.equal((await host.run("systemctl is-enabled strongswan")).stdout.trim(), "disabled");
    assert.match(
      await host.must("apt-config dump Unattended-Upgrade::Origins-Pattern"),
      /codename=\$\{distro_codename\}-security/,
    );
    assert.equal((await host.must("systemctl is-enabled apt-daily-upgrade.timer")).trim(), "enabled");
    image = await machines.imageOf(host);
  },
);

test("provisioning again changes nothing and ends well", { timeout: 300_000 }, async () => {
  assert.match(await host.must("/opt/causeway/deploy/worker-host/provision.sh"), /provision: done/);
});

test("the units verify, and the exposure of those that are asked from outside counts as low", async () => {
  await host.must("systemd-analyze verify /etc/systemd/system/causeway-*.service");
  for (const unit of ["causeway-worker.service", "causeway-metrics.service"]) {
    const said = await host.must(`systemd-analyze security --no-pager ${unit}`);
    const [, level = "10"] = /exposure level for \S+: ([\d.]+)/.exec(said) ?? [];
    assert.ok(Number(level) < 2, `${unit}: exposure ${level}`);
  }
});

test("wrong settings are refused with file and line, all at once, and nothing is written", async () => {
  await host.write("/etc/causeway/host.yaml", "version: 1\nsecrets: { SECRET_KEY: hunter2 }\n");
  await host.write("/etc/causeway/tunnel.yaml", "version: 1\nname: Nowhere\n");
  const { exitCode, output } = await host.run("causeway-host apply");
  assert.equal(exitCode, 2);
  assert.match(output, /host\.yaml:2: secrets\.SECRET_KEY/);
  assert.match(output, /tunnel\.yaml:2: name/);
  assert.doesNotMatch(output, /hunter2/);
  assert.equal((await host.run("ls /etc/causeway/guard.nft")).exitCode, 2);
});

test(
  "apply boots guard, tunnel, secrets and worker, and OSS answers through the tunnel only",
  { timeout: 300_000 },
  async () => {
    store = await serveParameters({
      "/test/psk": key,
      "/test/secret-key": secretKey,
      "/test/redis": `redis://${gateway.address}:6379`,
    });
    await becomeGateway();
    await configureHost();
    await host.must("causeway-host apply");
    await until("an installed child", async () => (await host.run("swanctl --list-sas")).stdout.includes("INSTALLED"));
    await until(
      "the worker",
      async () => (await host.run("systemctl is-active causeway-worker")).stdout.trim() === "active",
    );
    await until("a ready worker", async () => (await host.run("curl -sf http://127.0.0.1:8082/readyz")).exitCode === 0);
    assert.notEqual(await askOss(), "000");
    assert.equal(await leaked(), 0);
  },
);

test("the worker may not speak with charon; it reads the tunnel through the relay, and tells what the guard refused", async () => {
  const asWorker = (line: string): Promise<Ended> => host.run(`runuser -u causeway -- ${line}`);
  const list = "swanctl --list-sas --uri unix://";
  assert.match((await asWorker(`${list}/run/charon.vici`)).output, /Permission denied/);
  assert.match((await asWorker(`${list}/run/causeway-relay/vici`)).output, /INSTALLED/);
  const terminate = await asWorker("swanctl --terminate --ike lab-1 --uri unix:///run/causeway-relay/vici");
  assert.notEqual(terminate.exitCode, 0, terminate.output);
  assert.match(await host.must("swanctl --list-sas"), /INSTALLED/);
  const metrics = (): Promise<string> => host.must("curl -sf http://127.0.0.1:8082/metrics");
  await until("a tunnel that is up for the worker", async () => /^migration_tunnel_up\S* 1$/m.test(await metrics()));
  assert.match(await metrics(), /^migration_tunnel_refused_packets\S* \d+$/m);
  // One source a host: what tells the tunnel where no worker does is not running here.
  assert.equal((await host.run("systemctl is-active causeway-metrics")).stdout.trim(), "inactive");
});

test("no secret is on a disk", async () => {
  const { stdout } = await host.run(
    `grep -rlsF -e '${key}' -e '${secretKey}' /etc /var /opt/causeway/deploy /usr/local /root /home`,
  );
  assert.equal(stdout, "");
  assert.equal((await host.must("stat -f -c %T /run/causeway/secrets")).trim(), "tmpfs");
  assert.equal((await host.must("stat -c '%U %a' /run/causeway/secrets/SECRET_KEY")).trim(), "causeway 400");
});

test("the doctor finds the tunnel, the guard and the worker well", async () => {
  const { stdout } = await host.run("causeway-host doctor");
  for (const about of [
    "host: charon, swanctl, nft and ip are installed",
    "guard: loaded",
    "tunnel lab-1: up",
    "causeway-worker.service: active",
    "worker: ready",
    "files: ",
  ]) {
    assert.match(stdout, new RegExp(`^ok +${about}`, "m"), stdout);
  }
});

test(
  "a charon that is killed comes back with its keys, and nothing leaves in clear meanwhile",
  { timeout: 120_000 },
  async () => {
    await host.must("systemctl kill --signal=KILL strongswan");
    assert.equal(await askOss(), "000");
    await until("an installed child", async () => (await host.run("swanctl --list-sas")).stdout.includes("INSTALLED"));
    assert.notEqual(await askOss(), "000");
    assert.equal(await leaked(), 0);
  },
);

test("with the tunnel stopped OSS is out of reach, the doctor says so, and nothing leaves in clear", async () => {
  await host.must("systemctl stop strongswan");
  assert.equal(await askOss(), "000");
  assert.equal(await leaked(), 0);
  const { exitCode, stdout } = await host.run("causeway-host doctor");
  assert.equal(exitCode, 1);
  assert.match(stdout, /^failure +strongswan\.service: is inactive/m);
});

test("control: without guard and routes the same request leaves in clear, and is seen", async () => {
  await host.must(`nft delete table inet causeway_guard; ip route del unreachable ${block} metric 4294967295`);
  assert.notEqual(await askOss(), "000");
  assert.ok((await leaked()) > 0);
});

test("a worker that is told to stop drains and ends well", { timeout: 120_000 }, async () => {
  await host.must("systemctl stop causeway-worker");
  assert.equal((await host.must("systemctl show -p Result --value causeway-worker")).trim(), "success");
});

test(
  "the same host, told to be a gateway, forwards for a worker host without a tunnel, and runs no worker",
  { timeout: 180_000 },
  async () => {
    await serve(gateway, { address: host.address, networks: clientNetwork });
    await host.must(`sysctl -qw net.ipv4.ip_forward=0; ip address add ${hostAmongClients}/24 dev eth0`);
    await host.write(
      "/etc/causeway/host.yaml",
      "version: 1\nregion: ap-northeast-1\nworker: none\nsettings: { HEALTH_HOST: 0.0.0.0 }\n",
    );
    await host.write("/etc/causeway/tunnel.yaml", tunnelOf("gateway", clientNetwork));
    await host.must("causeway-host apply");
    await until("an installed child", async () => (await host.run("swanctl --list-sas")).stdout.includes("INSTALLED"));
    assert.equal((await host.run("systemctl is-enabled causeway-worker")).stdout.trim(), "disabled");
    assert.equal((await host.run("systemctl is-active causeway-worker")).stdout.trim(), "inactive");

    client = await machines.boot("client", image);
    await client.must(`ip address add ${clientAddress}/24 dev eth0 && ip route add ${block} via ${hostAmongClients}`);
    await client.write("/etc/causeway/host.yaml", hostYaml(`\n  OSS_ALLOWED_CIDRS: ${block}`));
    await useOurStore(client, "causeway-secrets");
    await client.must("causeway-host apply");
    await until(
      "a ready worker",
      async () => (await client.run("curl -sf http://127.0.0.1:8082/readyz")).exitCode === 0,
      client,
    );
    await resetLeaks();
    assert.notEqual(await askOss(client), "000");
    assert.equal(await leaked(), 0);
  },
);

test("the doctors find gateway and client well", async () => {
  const ofGateway = (await host.run("causeway-host doctor")).stdout;
  for (const about of [
    "guard: loaded",
    "tunnel lab-1: up",
    "strongswan.service: active",
    "causeway-relay.service: active",
    "causeway-metrics.service: active",
    "metrics: ready",
    "files: ",
  ])
    assert.match(ofGateway, new RegExp(`^ok +${about}`, "m"), ofGateway);
  const ofClient = (await client.run("causeway-host doctor")).stdout;
  for (const about of ["causeway-worker.service: active", "worker: ready", "files: "])
    assert.match(ofClient, new RegExp(`^ok +${about}`, "m"), ofClient);
});

test("a gateway host tells its neighbours how its tunnel is, by a process without rights", async () => {
  const seen = await metricsOfGateway();
  for (const figure of ["up", "children", "readable{part=charon}", "readable{part=guard}"])
    assert.equal(seen.get(figure), 1, `${figure} of ${JSON.stringify([...seen])}`);
  for (const figure of ["bytes{direction=in}", "bytes{direction=out}"])
    assert.ok((seen.get(figure) ?? 0) > 0, `${figure} of ${JSON.stringify([...seen])}`);
  const status = "/proc/$(systemctl show -p MainPID --value causeway-metrics)/status";
  const [effective = "", bounding = ""] = (await host.must(`grep -E '^Cap(Eff|Bnd)' ${status} | cut -f2`)).split("\n");
  assert.deepEqual([effective, bounding].map(Number), [0, 0]);
  assert.notEqual((await host.must(`grep '^Uid' ${status} | cut -f2`)).trim(), "0");
  assert.equal((await client.run(`curl -s -o /dev/null -w '%{http_code}' ${gatewayUrl()}/readyz`)).stdout, "200");
});

test(
  "while the gateway host's charon is away OSS is out of its clients' reach, and nothing of theirs leaves in clear",
  { timeout: 120_000 },
  async () => {
    const before = (await metricsOfGateway()).get("refused_packets") ?? Number.NaN;
    await host.must("systemctl stop strongswan");
    assert.equal(await askOss(client), "000");
    // The second lock by itself: the guard refuses what it would forward, counts it, and the count is a metric.
    await host.must(`ip route del unreachable ${block} metric 4294967295`);
    assert.equal(await askOss(client), "000");
    await until("counted packet", async () => ((await metricsOfGateway()).get("refused_packets") ?? 0) > before);
    assert.equal(await leaked(), 0);
    const down = await metricsOfGateway();
    assert.deepEqual([down.get("up"), down.get("readable{part=charon}"), down.get("children")], [0, 0, undefined]);
    assert.match((await client.run(`curl -s ${gatewayUrl()}/readyz`)).stdout, /charon does not tell how the tunnel is/);
    await host.must("systemctl restart causeway-routes && systemctl start strongswan");
    await until("an answer", async () => (await askOss(client)) !== "000", client);
    assert.equal(await leaked(), 0);
  },
);

test("control: a gateway host without guard and routes forwards in clear, and is seen", async () => {
  await host.must("systemctl stop strongswan");
  await host.must(`nft delete table inet causeway_guard; ip route del unreachable ${block} metric 4294967295`);
  await askOss(client);
  assert.ok((await leaked()) > 0);
  await until("word of it", async () => (await metricsOfGateway()).get("readable{part=guard}") === 0);
  assert.equal((await metricsOfGateway()).has("refused_packets"), false, "a guard that is gone refused nothing");
  assert.match(
    (await client.run(`curl -s ${gatewayUrl()}/readyz`)).stdout,
    /The guard cannot be read: it is not loaded/,
  );
});

/** The other machine plays the VPN gateway and, behind it, OSS; and it has the ledger's Redis. */
async function becomeGateway(): Promise<void> {
  await becomeCloud(gateway, { address: host.address, networks: `${inside}/32` });
  await gateway.must("redis-cli config set protected-mode no && redis-cli config set bind '* -::*'");
  await gateway.must(
    "systemd-run --unit=oss --working-directory=/opt/causeway /opt/causeway/node_modules/.bin/node packages/emulators/src/main.ts --host 0.0.0.0 --s3-port 9000 --oss-port 80",
  );
}

async function configureHost(): Promise<void> {
  await host.write("/etc/causeway/host.yaml", hostYaml());
  await host.write("/etc/causeway/tunnel.yaml", tunnelOf("self", `${inside}/32`));
  await useOurStore(host, "strongswan", "causeway-secrets");
  // What a cloud's router would do with a packet in clear: bring it there.
  await host.must(`ip address add ${inside}/32 dev eth0`);
  await host.must(`ip route add ${block} via ${gateway.address} metric 100`);
}

function hostYaml(moreSettings = ""): string {
  return `version: 1
region: ap-northeast-1
secrets:
  REDIS_URL: ssm:/test/redis
  SECRET_KEY: ssm:/test/secret-key
settings:
  WORKER_PROCESSES: 1
  JOURNAL_SHARED: true${moreSettings}
`;
}

function tunnelOf(role: "self" | "gateway", networks: string): string {
  return tunnelYaml(role, { address: host.address, networks }, { cloud: gateway, keyPlace: "ssm:/test/psk" });
}

/** The test's own parameter store and keys, in the place of AWS' and of the instance's role. */
async function useOurStore(machine: Machine, ...units: readonly string[]): Promise<void> {
  const aws = `[Service]\nEnvironment=AWS_ENDPOINT_URL_SSM=http://${machines.hostAddress}:${store.port} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test\n`;
  for (const unit of units) await machine.write(`/etc/systemd/system/${unit}.service.d/test.conf`, aws);
}

/** The status that OSS answers the worker's user with; 000: no answer. */
async function askOss(from = host): Promise<string> {
  const { stdout } = await from.run(
    `runuser -u causeway -- curl -s -o /dev/null -w '%{http_code}' --max-time 3 http://${ossAddress}/`,
  );
  return stdout.trim();
}

/** Where the host that forwards tells how its tunnel is. */
function gatewayUrl(): string {
  return `http://${host.address}:8082`;
}

/** Its figures of the tunnel, as a neighbour reads them: `up`, `bytes{direction=in}`. */
async function metricsOfGateway(): Promise<ReadonlyMap<string, number>> {
  const text = await client.must(`curl -sf ${gatewayUrl()}/metrics`);
  return new Map(
    [...text.matchAll(/^migration_tunnel_(\w+)\{(?:(\w+)="(\w+)",)?service="host"\} (\S+)$/gm)].map(
      ([, name = "", label, value, figure]) => [
        label === undefined ? name : `${name}{${label}=${value}}`,
        Number(figure),
      ],
    ),
  );
}

const leaked = (): Promise<number> => leakedTo(gateway);

async function resetLeaks(): Promise<void> {
  await gateway.must("nft reset counter inet seen in_clear");
}

async function until(waitingFor: string, isThere: () => Promise<boolean>, at = host): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    if (await isThere()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`no ${waitingFor}:\n${(await at.run("journalctl -n 60 --no-pager")).output}`);
}
