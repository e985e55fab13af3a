import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { refusal } from "../refusal.ts";

export interface ChildCommand {
  /** Also the name of its log file. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A process that the quickstart started. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** The first line of its output for which `read` answers something; a child that ends before is a refusal. */
  firstLine<T>(read: (line: string) => T | undefined, signal: AbortSignal): Promise<T>;
}

/** The processes that the quickstart holds. */
export interface Children {
  start(command: ChildCommand): Child;
  /** Rejects when a child ends although nobody stopped it, with the last lines of its log; resolves never. */
  readonly failed: Promise<never>;
  /** Stops all, the last started first, and waits until they are gone. */
  stop(): Promise<void>;
}

const graceMs = 15_000;
const shownLines = 20;

/** Starts processes, keeps their output in `folder`, and leaves none of them behind. */
export function createChildren(folder: string): Children {
  const started: { readonly name: string; readonly process: ChildProcess; readonly gone: Promise<void> }[] = [];
  const failure = Promise.withResolvers<never>();
  // Whoever awaits it later still gets the reason; without this a failure before that would end the process.
  failure.promise.catch(() => undefined);
  let stopping = false;
  // A second Ctrl-C leaves at once: then at least nothing stays behind.
  process.on("exit", () => {
    for (const child of started) child.process.kill("SIGKILL");
  });

  return {
    start({ name, command, args, env }) {
      const file = join(folder, `${name}.log`);
      // A process group of its own: Ctrl-C in the terminal reaches only the quickstart, which then stops them in order.
      const child = spawn(command, [...args], { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
      const log = createWriteStream(file, { flags: "a" });
      child.stdout.pipe(log, { end: false });
      child.stderr.pipe(log, { end: false });
      const lines = createInterface({ input: child.stdout, crlfDelay: Infinity });
      const gone = new Promise<void>((resolve) => {
        child.once("error", (error) => {
          log.write(`${error.message}\n`);
          resolve();
        });
        child.once("close", () => resolve());
      }).then(() => new Promise<void>((resolve) => log.end(resolve)));
      started.push({ name, process: child, gone });
      const ended = gone.then(async () => {
        if (stopping) return undefined;
        const why = refusal(await lastLines(name, file));
        failure.reject(why);
        return why;
      });
      return {
        name,
        pid: child.pid ?? 0,
        firstLine: (read, signal) =>
          new Promise((resolve, reject) => {
            lines.on("line", (line) => {
              const value = read(line);
              if (value !== undefined) resolve(value);
            });
            void ended.then((why) => reject(why ?? refusal(`${name} was stopped`)));
            signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          }),
      };
    },
    failed: failure.promise,
    async stop() {
      stopping = true;
      for (const { process, gone } of started.toReversed()) {
        if (process.exitCode !== null || process.signalCode !== null) continue;
        process.kill("SIGTERM");
        const force = setTimeout(() => process.kill("SIGKILL"), graceMs);
        await gone;
        clearTimeout(force);
      }
    },
  };
}

async function lastLines(name: string, file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.trimEnd().split("\n").slice(-shownLines);
  return [`${name} ended by itself. The last lines of ${file}:`, ...lines.map((line) => `  ${line}`)];
}
