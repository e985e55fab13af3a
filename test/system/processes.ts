import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Command {
  /** Also the name of its log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Running {
  readonly command: Command;
  readonly process: ChildProcess;
  readonly gone: Promise<void>;
}

/** Real processes that a test may kill, stop and start again; none outlives it. */
export interface Processes {
  /** Starts a process and waits, a minute unless told otherwise, for the first line of its output for which `read` answers something. */
  start<T>(command: Command, read: (line: string) => T | undefined, withinMs?: number): Promise<T>;
  /** Starts one without waiting. */
  launch(command: Command): void;
  pid(name: string): number;
  signal(name: string, signal: NodeJS.Signals): void;
  /** Kills it with -9 (or another signal) and waits until it is gone. */
  kill(name: string, signal?: NodeJS.Signals): Promise<void>;
  /** Starts a process that is gone once more, with its command. */
  again(name: string): void;
  /** Starts another one by the command of `like`, also when that one is gone. */
  beside(like: string, name: string): void;
  /** Lays variables over the environment that `again` starts it with. */
  remember(name: string, env: Readonly<Record<string, string>>): void;
  /** Everything that it has printed. */
  log(name: string): Promise<string>;
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const graceMs = 20_000;

export function createProcesses(folder: string): Processes {
  const running = new Map<string, Running>();

  const launch = (command: Command): Running => {
    const { name, args, env } = command;
    const child = spawn(command.command, [...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(join(folder, `${name}.log`), { flags: "a" });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    const gone = new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => resolve());
    }).finally(() => log.end());
    gone.catch(() => undefined);
    const started = { command, process: child, gone };
    running.set(name, started);
    return started;
  };
  const known = (name: string): Running => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`no process ${name} was started`);
    return found;
  };

  return {
    launch: (command) => void launch(command),
    async start(command, read, withinMs = startTimeoutMs) {
      const { process: child, gone } = launch(command);
      if (child.stdout === null) throw new Error("its output is not piped");
      const lines = createInterface({ input: child.stdout });
      return new Promise((resolve, reject) => {
        const timeout = setTimeout(() => reject(new Error(`${command.name} said nothing in time`)), withinMs);
        lines.on("line", (line) => {
          const value = read(line);
          if (value === undefined) return;
          clearTimeout(timeout);
          resolve(value);
        });
        // The lines of a process that ends at once may come after its end: the reader's own end is behind them.
        const ended = (): void => {
          clearTimeout(timeout);
          reject(new Error(`${command.name} ended without the line that was waited for; see its log in ${folder}`));
        };
        lines.once("close", ended);
        gone.catch(ended);
      });
    },
    pid: (name) => known(name).process.pid ?? 0,
    signal: (name, signal) => void known(name).process.kill(signal),
    async kill(name, signal = "SIGKILL") {
      const { process: child, gone } = known(name);
      child.kill(signal);
      await gone;
    },
    again: (name) => void launch(known(name).command),
    beside: (like, name) => void launch({ ...known(like).command, name }),
    remember(name, env) {
      const { command, ...rest } = known(name);
      running.set(name, { ...rest, command: { ...command, env: { ...command.env, ...env } } });
    },
    log: (name) => readFile(join(folder, `${name}.log`), "utf8"),
    async stop() {
      for (const { process: child, gone } of [...running.values()].toReversed()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        // A stopped process takes no SIGTERM until it goes on.
        child.kill("SIGCONT");
        child.kill("SIGTERM");
        const force = setTimeout(() => child.kill("SIGKILL"), graceMs);
        await gone;
        clearTimeout(force);
      }
    },
  };
}
