import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LabNetwork, type Place, internetDevices } from "../../../packages/tunnel/src/testing/namespaces.ts";

/** What passed the internet's two interfaces while it was captured. */
export interface Seen {
  /** Packets from or to OSS' addresses, and texts of OSS' protocol, that anybody on the way could read. */
  readonly clear: number;
  /** Packets that are neither IKE nor ESP in UDP, nor neighbours looking for one another, nor word that a port is closed. */
  readonly other: number;
  /** ESP in UDP: on port 4500, without the four zero bytes that mark IKE there (RFC 3948). */
  readonly esp: number;
}

export interface Capture {
  stop(): Promise<Seen>;
}

const settleMs = 700;

/** Captures both interfaces of the internet, whole packets, until it is stopped. */
export async function capture(network: LabNetwork, folder: string): Promise<Capture> {
  const files = internetDevices.map((device) => join(folder, `${device}.pcap`));
  const dumps = internetDevices.map((device, index) => {
    const args = [
      ...network.within("internet"),
      "tcpdump",
      "-Z",
      "root",
      "-U",
      "-n",
      "-s0",
      "-i",
      device,
      "-w",
      files[index] ?? "",
    ];
    const [program = "", ...rest] = args;
    return spawn(program, rest, { stdio: "ignore" });
  });
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return {
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      await Promise.all(dumps.map(ended));
      const count = (filter: string): number => files.reduce((sum, file) => sum + matching(file, filter), 0);
      const texts = files.filter((file) => readFileSync(file).includes("x-oss-")).length;
      return {
        clear: count("net 100.64.0.0/10") + texts,
        other: count("ip and not udp port 500 and not udp port 4500 and not (icmp[0] = 3 and icmp[1] = 3)"),
        esp: count("udp port 4500 and udp[8:4] != 0"),
      };
    },
  };
}

/** The sizes of segments that both ends of new connections offered (TCP's MSS), without doubles. */
export interface OfferedSizes {
  readonly questions: readonly number[];
  readonly answers: readonly number[];
}

/** Notes at an interface what connections offer, until it is stopped. */
export async function offeredSizes(
  network: LabNetwork,
  { place, device }: { readonly place: Place; readonly device: string },
): Promise<{ stop(): Promise<OfferedSizes> }> {
  const [program = "", ...prefix] = network.within(place);
  const filter = "tcp[tcpflags] & tcp-syn != 0";
  const args = [...prefix, "tcpdump", "-Z", "root", "-l", "-n", "-v", "-i", device, filter];
  const dump = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  let printed = "";
  dump.stdout.on("data", (bytes: Buffer) => (printed += bytes.toString()));
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return {
    async stop() {
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      await ended(dump);
      return { questions: sizesIn(printed, "S"), answers: sizesIn(printed, "S\\.") };
    },
  };
}

function sizesIn(printed: string, flags: string): readonly number[] {
  const found = printed.matchAll(new RegExp(`Flags \\[${flags}\\].*\\bmss (\\d+)`, "g"));
  return [...new Set([...found].map(([, size]) => Number(size)))];
}

async function ended(dump: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => dump.once("exit", resolve));
  if (!dump.kill("SIGINT")) throw new Error("tcpdump ended before its time");
  await gone;
}

function matching(file: string, filter: string): number {
  const printed = execFileSync("tcpdump", ["-nr", file, filter], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1e9,
  });
  return printed.split("\n").length - 1;
}
