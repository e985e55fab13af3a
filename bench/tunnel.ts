// npm run bench -- tunnel [--json]: what a worker sends through the test tunnel, beside iperf3 with as many flows. Needs root,
// /dev/net/tun, charon-systemd, swanctl, nft, ip and iperf3. ESP is charon's own here, so only the ratio means anything.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ossAddresses, ossBlocks } from "../packages/tunnel/src/testing/namespaces.ts";
import { type TunnelLab, openTunnelLab } from "../packages/tunnel/src/testing/tunnel-lab.ts";
import { type System, hasEnded, startSystem } from "../test/system/system.ts";
import { median, print, summarise } from "./lib/result.ts";

const flows = 4;
const objects = 16;
const sizeBytes = 32 * 1024 ** 2;
const rounds = 3;
const iperfSeconds = 12;
const longestRunMs = 600_000;
/** More than this in a quarter of a second is bodies, not questions. */
const busyBytes = 128 * 1024;
const pollMs = 250;
const address = ossAddresses[3] ?? "";

const folder = mkdtempSync(join(tmpdir(), "causeway-bench-tunnel-"));
const lab = openTunnelLab(folder);
try {
  lab.guard("on");
  await lab.bringUp();
  const system = await startSystem({
    workers: 1,
    source: {
      kind: "synthetic",
      objects,
      keys: { scheme: "sequential", prefix: "from/" },
      sizes: { distribution: "fixed", bytes: sizeBytes },
    },
    target: { kind: "sink" },
    layout: {
      ossAddress: address,
      within: (name) => (name === "redis" || name === "api" ? [] : lab.network.within(name === "oss" ? "oss" : "host")),
    },
    env: {
      TUNNEL_VICI_SOCKET: lab.host.socket,
      OSS_ALLOWED_CIDRS: ossBlocks.join(","),
      WORKER_CONNECTIONS: String(flows),
    },
  });
  try {
    await measure(lab, system);
  } finally {
    await system.stop();
  }
} finally {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The two in turn, once before to warm up. A job is compared with iperf3 before and after it: the machine has other moods. */
async function measure(tunnel: TunnelLab, system: System): Promise<void> {
  const runs: { readonly workerBitsPerSecond: number; readonly iperfBitsPerSecond: number }[] = [];
  await copy(tunnel, system, 0);
  let before = await iperf(tunnel);
  for (let round = 1; round <= rounds; round += 1) {
    const workerBitsPerSecond = await copy(tunnel, system, round);
    const after = await iperf(tunnel);
    runs.push({ workerBitsPerSecond, iperfBitsPerSecond: (before + after) / 2 });
    before = after;
  }
  const workerVsIperf = median(runs.map((run) => run.workerBitsPerSecond / run.iperfBitsPerSecond));
  print(summarise("tunnel", runs, { workerVsIperf }));
}

interface IperfResult {
  readonly end: { readonly sum_received: { readonly bits_per_second: number } };
}

async function iperf({ network }: TunnelLab): Promise<number> {
  const run = promisify(execFile);
  const [program = "", ...inOss] = network.within("oss");
  const server = run(program, [...inOss, "iperf3", "--server", "--one-off", "--bind", address]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ask = [
    "--client",
    address,
    "--parallel",
    String(flows),
    "--time",
    String(iperfSeconds),
    "--omit",
    "2",
    "--json",
  ];
  const { stdout } = await run(program, [...network.within("host").slice(1), "iperf3", ...ask], { maxBuffer: 1e8 });
  await server;
  return (JSON.parse(stdout) as IperfResult).end.sum_received.bits_per_second;
}

/** One job. The time is that in which its bodies go through the tunnel: the device's count of bytes tells when it begins and ends. */
async function copy(tunnel: TunnelLab, system: System, round: number): Promise<number> {
  const job = system.job({ largeObjects: { multipartThreshold: 2 * sizeBytes } });
  const id = await system.submit({ ...job, target: { ...(job["target"] as object), prefix: `round-${round}/` } });
  const ended = system.until(id, hasEnded, longestRunMs);
  const over = new AbortController();
  void ended.finally(() => over.abort()).catch(() => undefined);
  const busyAtMs: number[] = [];
  for (let before = sentBytes(tunnel), now = before; !over.signal.aborted; before = now) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    now = sentBytes(tunnel);
    if (now - before > busyBytes) busyAtMs.push(performance.now());
  }
  const stats = await ended;
  if (stats.objects.copied !== objects) throw new Error(`the job did not copy everything: ${JSON.stringify(stats)}`);
  const seconds = ((busyAtMs.at(-1) ?? Number.NaN) - (busyAtMs[0] ?? Number.NaN) + pollMs) / 1000;
  return (objects * sizeBytes * 8) / seconds;
}

/** By the device's own count: charon has better things to do than to answer while it encrypts. */
function sentBytes({ network }: TunnelLab): number {
  const [device] = JSON.parse(network.run("host", "ip", "-s", "-j", "link", "show", "ipsec0")) as readonly Device[];
  return device?.stats64.tx.bytes ?? 0;
}

interface Device {
  readonly stats64: { readonly tx: { readonly bytes: number } };
}
