import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Charon, createCharon } from "../vici/charon.ts";

/** A real charon outside systemd, with a VICI socket and a log of its own. */
export interface CharonProcess {
  readonly charon: Charon;
  readonly socket: string;
  start(): Promise<void>;
  /** Ends it, and waits until it is gone. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  isRunning(): boolean;
  log(): string;
}

export interface CharonPlan {
  /** Its files are kept there, under the name. */
  readonly folder: string;
  readonly name: string;
  /** What a command line begins with, to run where this charon is to run. */
  readonly within: readonly string[];
  /** Connections, as a file for swanctl. */
  readonly swanctlConf: string;
  /** Further settings of charon, as a file that strongswan.conf includes. */
  readonly strongswanConf: string;
}

const startMs = 20_000;
const pollMs = 50;
const program = "/usr/sbin/charon-systemd";

export function createCharonProcess(plan: CharonPlan): CharonProcess {
  const folder = join(plan.folder, plan.name);
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, "vici");
  const logFile = join(folder, "charon.log");
  const conf = join(folder, "strongswan.conf");
  const connections = join(folder, "swanctl.conf");
  writeFileSync(join(folder, "rendered.conf"), plan.strongswanConf);
  writeFileSync(conf, confOf({ socket, logFile, include: join(folder, "rendered.conf") }));
  writeFileSync(connections, plan.swanctlConf);
  writeFileSync(logFile, "");
  const charon = createCharon(socket);
  const env = { PATH: process.env["PATH"], STRONGSWAN_CONF: conf, SWANCTL_DIR: folder };
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    charon,
    socket,
    isRunning,
    log: () => readFileSync(logFile, "utf8"),
    async start() {
      rmSync(socket, { force: true });
      const [command, ...args] = [...plan.within, program];
      const out = openSync(join(folder, "out.log"), "a");
      child = spawn(command, args, { env, stdio: ["ignore", out, out] });
      await answering(charon, isRunning);
      const load = ["--load-conns", "--file", connections, "--uri", `unix://${socket}`];
      execFileSync("swanctl", load, { env, stdio: "pipe", timeout: startMs });
    },
    async stop(signal) {
      const running = child;
      if (running === undefined || !isRunning()) return;
      const gone = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      running.kill(signal);
      const force = setTimeout(() => running.kill("SIGKILL"), startMs);
      await gone;
      clearTimeout(force);
    },
  };
}

async function answering(charon: Charon, isRunning: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(startMs);
  for (;;) {
    const said = await charon.version({ signal }).catch(() => undefined);
    if (said !== undefined) return;
    if (!isRunning()) throw new Error("charon ended at its start");
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function confOf({ socket, logFile, include }: Readonly<Record<"socket" | "logFile" | "include", string>>): string {
  const plugins = "random nonce openssl aes sha1 sha2 hmac kdf gcm curve25519";
  return `charon-systemd {
  load = ${plugins} kernel-libipsec kernel-netlink socket-default vici updown
  plugins {
    vici {
      socket = unix://${socket}
    }
  }
  filelog {
    main {
      path = ${logFile}
      default = 1
      flush_line = yes
    }
  }
  journal {
    default = -1
  }
}
swanctl {
  load = ${plugins}
}
include ${include}
`;
}
