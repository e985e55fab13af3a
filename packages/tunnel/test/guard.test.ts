// needs: charon

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readTunnel } from "../src/model/read-tunnel.ts";
import { guardPath, guardTable } from "../src/render/guard.ts";
import { renderTunnel } from "../src/render/render-tunnel.ts";
import { routesPath } from "../src/render/routes.ts";

/**
 * A client, a forwarding gateway with two tunnels, and OSS, each in a network namespace. The tunnels are pairs of plain devices
 * with the names of the real interfaces, because what is looked at here are the guard and the routes. OSS can also be reached
 * beside the tunnels, as on the internet it could: a leak arrives, and is seen.
 */
const prefix = `cwg${process.pid}`;
const folder = mkdtempSync(join(tmpdir(), "causeway-guard-"));
const vip = "100.118.102.10";
const nat64Vip = "64:ff9b::6476:660a";
const outside = "198.51.100.1";
let server: ChildProcess | undefined;

const within = (place: string): string[] => ["netns", "exec", `${prefix}-${place}`];
const run = (place: string, ...command: string[]): string =>
  execFileSync("ip", [...within(place), ...command], { stdio: "pipe" }).toString();
const ip = (place: string, line: string): string => run(place, "ip", ...line.split(" "));

/** `reached`, or the code with which the connection failed. */
function connect(place: string, host: string): string {
  const script = `const s = require("node:net").connect({ host: "${host}", port: 80, timeout: 1500 });
    s.on("connect", () => { console.log("reached"); s.destroy(); });
    s.on("error", ({ code }) => console.log(code));
    s.on("timeout", () => { console.log("silence"); s.destroy(); });`;
  return spawnSync("ip", [...within(place), process.execPath, "-e", script])
    .stdout.toString()
    .trim();
}

interface Rule {
  readonly counter?: { readonly name: string; readonly packets: number };
}

function refused(name: string): number {
  const listed = run("gw", "nft", "-j", "list", "counters", "table", "inet", guardTable);
  const { nftables }: { nftables: readonly Rule[] } = JSON.parse(listed);
  return nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? Number.NaN;
}

/** Writes what the example becomes, with the state kept in this test's folder; answers the paths. */
function rendered(name: string, kind: string): { readonly guard: string; readonly routes: string } {
  const yaml = readFileSync(new URL(`../examples/${name}`, import.meta.url), "utf8");
  const reading = readTunnel(yaml, name);
  assert.ok(reading.ok);
  const files = renderTunnel(reading.tunnel);
  const guard = join(folder, `${kind}.nft`);
  const routes = join(folder, `${kind}.sh`);
  writeFileSync(guard, files.find(({ path }) => path === guardPath)?.text ?? "");
  const script = files.find(({ path }) => path === routesPath)?.text ?? "";
  assert.ok(script.includes("state=/run/causeway-tunnel\n"));
  writeFileSync(routes, script.replace("state=/run/causeway-tunnel\n", `state=${folder}/${kind}\n`), { mode: 0o755 });
  return { guard, routes };
}

/** Calls the script as charon does when a tunnel comes up or goes. */
function charonSays(routes: string, verb: "up-client" | "down-client", id: number, ikeSa = id): void {
  run(
    "gw",
    "env",
    `PLUTO_VERB=${verb}`,
    `PLUTO_IF_ID_OUT=${id}`,
    `PLUTO_UNIQUEID=${ikeSa}`,
    "PLUTO_ME=172.16.1.5",
    routes,
  );
}

before(() => {
  for (const place of ["client", "gw", "oss"]) {
    execFileSync("ip", ["netns", "add", `${prefix}-${place}`]);
    ip(place, "link set lo up");
  }
  ip("client", `link add eth0 type veth peer name eth0 netns ${prefix}-gw`);
  ip("gw", `link add wan0 type veth peer name clear0 netns ${prefix}-oss`);
  for (const n of [1, 2]) ip("gw", `link add causeway${n} type veth peer name end${n} netns ${prefix}-oss`);
  ip("client", "addr add 172.16.1.9/24 dev eth0");
  ip("gw", "addr add 172.16.1.5/24 dev eth0");
  ip("gw", "addr add 198.51.100.5/24 dev wan0");
  ip("oss", `addr add ${outside}/24 dev clear0`);
  ip("oss", `addr add ${vip}/32 dev lo`);
  ip("gw", "-6 addr add fd00:1::5/64 dev wan0 nodad");
  ip("oss", "-6 addr add fd00:1::1/64 dev clear0 nodad");
  ip("oss", `-6 addr add ${nat64Vip}/128 dev lo nodad`);
  for (const n of [1, 2]) {
    ip("gw", `addr add 10.99.${n}.1/30 dev causeway${n}`);
    ip("oss", `addr add 10.99.${n}.2/30 dev end${n}`);
    ip("oss", `link set end${n} up`);
  }
  for (const line of ["client eth0", "gw eth0", "gw wan0", "oss clear0"]) {
    const [place = "", device = ""] = line.split(" ");
    ip(place, `link set ${device} up`);
  }
  ip("client", "route add default via 172.16.1.5");
  ip("gw", `route add default via ${outside}`);
  ip("gw", "-6 route add default via fd00:1::1");
  ip("oss", "route add 172.16.1.0/24 via 198.51.100.5");
  run("gw", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
  const listen = `require("node:net").createServer((s) => s.end()).listen(80, "::", () => console.log("up"))`;
  server = spawn("ip", [...within("oss"), process.execPath, "-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve) => server?.stdout?.once("data", resolve));
});

after(() => {
  server?.kill("SIGKILL");
  for (const place of ["client", "gw", "oss"]) spawnSync("ip", ["netns", "del", `${prefix}-${place}`]);
  rmSync(folder, { recursive: true, force: true });
});

/** Packets go back the way they came; with real tunnels the far gateway sees to that. */
function answersThrough(n: number): void {
  ip("oss", `route replace 172.16.1.0/24 via 10.99.${n}.1`);
}

const ranked = () => rendered("forwarding-gateway.yaml", "ranked");
const shared = () => rendered("transit-router.yaml", "shared");

test("without the guard packets to OSS do leave beside the tunnel, in both protocols, so the tests below can see a leak", () => {
  assert.equal(connect("gw", vip), "reached");
  assert.equal(connect("gw", nat64Vip), "reached");
  assert.equal(connect("client", vip), "reached");
});

test("the guard alone refuses at once what leaves beside the tunnel, its NAT64 form too, and counts it", () => {
  run("gw", "nft", "-f", ranked().guard);
  assert.match(connect("gw", vip), /^E/);
  assert.equal(refused("refused_out") > 0, true);
  const before = refused("refused_out");
  assert.match(connect("gw", nat64Vip), /^E/);
  assert.equal(refused("refused_out") > before, true);
});

test("the guard alone refuses what a client sends through a gateway whose tunnel is down, and counts it", () => {
  assert.match(connect("client", vip), /^E/);
  assert.equal(refused("refused_forwarded") > 0, true);
});

test("packets that claim to come from OSS, beside the tunnel, are dropped and counted", () => {
  ip("gw", "link set causeway1 up");
  ip("gw", "route add 100.118.102.0/24 via 10.99.1.2");
  ip("oss", "route replace 172.16.1.0/24 via 198.51.100.5");
  const before = refused("refused_in");
  assert.equal(connect("client", vip), "silence");
  assert.equal(refused("refused_in") > before, true);
  ip("gw", "route del 100.118.102.0/24 via 10.99.1.2");
});

test("a gateway carries between its clients and OSS when a tunnel is up, and forwards nothing else", () => {
  const { routes } = ranked();
  run("gw", routes, "up");
  assert.match(ip("gw", "route"), /unreachable 100\.118\.102\.0\/24 metric 4294967295/);
  assert.match(ip("gw", "-o link show causeway1"), /mtu 1400/);
  charonSays(routes, "up-client", 41);
  answersThrough(1);
  assert.match(ip("gw", "route"), /100\.118\.102\.0\/24 dev causeway1 .*src 172\.16\.1\.5 metric 10/);
  ip("gw", `neigh replace ${vip} dev causeway1 lladdr ${endAddress(1)}`);
  assert.equal(connect("client", vip), "reached");
  assert.equal(connect("gw", vip), "reached");
  assert.equal(connect("client", outside), "silence");
});

test("the second tunnel takes over when the first goes, and the first takes back", () => {
  const { routes } = ranked();
  charonSays(routes, "up-client", 42);
  charonSays(routes, "down-client", 41);
  assert.match(ip("gw", `route get ${vip}`), /dev causeway2 src 172\.16\.1\.5/);
  charonSays(routes, "up-client", 41);
  assert.match(ip("gw", `route get ${vip}`), /dev causeway1 src 172\.16\.1\.5/);
});

test("a connection that replaces another keeps its tunnel up when the old one goes", () => {
  const { routes } = ranked();
  charonSays(routes, "up-client", 41, 77);
  charonSays(routes, "down-client", 41);
  assert.match(ip("gw", `route get ${vip}`), /dev causeway1/);
});

test("a tunnel whose IKE_SA was renewed, and has another number since, is seen going", () => {
  const { routes } = ranked();
  charonSays(routes, "down-client", 41, 99);
  assert.match(ip("gw", `route get ${vip}`), /dev causeway2/);
});

test("with both tunnels down, or charon gone, OSS is unreachable", () => {
  const { routes } = ranked();
  run("gw", routes, "reset");
  assert.match(ip("gw", "-o link show causeway1"), /state DOWN/);
  assert.match(connect("gw", vip), /^E/);
  assert.match(connect("client", vip), /^E/);
});

test("towards a Transit Router connections are spread over the tunnels that are up", () => {
  const { routes } = shared();
  run("gw", routes, "up");
  charonSays(routes, "up-client", 41);
  charonSays(routes, "up-client", 42);
  assert.match(
    ip("gw", "route"),
    /100\.118\.102\.0\/24 src 172\.16\.1\.5 metric 10\s+nexthop dev causeway1 weight 1\s+nexthop dev causeway2/,
  );
  charonSays(routes, "down-client", 41);
  assert.match(ip("gw", "route"), /100\.118\.102\.0\/24 dev causeway2 .*src 172\.16\.1\.5 metric 10/);
  charonSays(routes, "down-client", 42);
  assert.doesNotMatch(ip("gw", "route"), /metric 10/);
});

function endAddress(n: number): string {
  return /link\/ether (\S+)/.exec(ip("oss", `-o link show end${n}`))?.[1] ?? "";
}
