import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "@causeway/shared/platform/logger.ts";

/** What of the process is needed to run others like it; `main.ts` hands over `process`. */
export interface ParentProcess {
  readonly execPath: string;
  readonly argv: readonly string[];
  on(event: "SIGTERM" | "SIGINT", listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): never;
}

export interface ProcessPlan {
  readonly count: number;
  /** The environment of the `n`th process, from 0. */
  readonly environmentOf: (n: number) => NodeJS.ProcessEnv;
}

const restartPauseMs = 1000;

/**
 * Runs several worker processes beside each other, starts one that died anew, passes SIGTERM and SIGINT on, and ends when all
 * have ended. Returns at once where one process is enough: then this is it.
 */
export async function runProcesses(plan: ProcessPlan, parent: ParentProcess, log: Logger): Promise<void> {
  if (plan.count === 1) return;
  const children = new Map<number, ChildProcess>();
  const stopping = new AbortController();
  const passOn = (signal: NodeJS.Signals): void => {
    stopping.abort();
    for (const child of children.values()) child.kill(signal);
  };
  parent.on("SIGTERM", passOn);
  parent.on("SIGINT", passOn);

  /** Keeps the `n`th process running until told to stop; answers its last exit code. */
  const keep = async (n: number): Promise<number> => {
    for (;;) {
      const child = spawn(parent.execPath, parent.argv.slice(1), { env: plan.environmentOf(n), stdio: "inherit" });
      children.set(n, child);
      const code = await ended(child);
      children.delete(n);
      if (stopping.signal.aborted) return code;
      log.error({ process: n, exitCode: code }, "a worker process ended by itself; starting it anew");
      await wait(restartPauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return code;
    }
  };
  const codes = await Promise.all(Array.from({ length: plan.count }, (_, n) => keep(n)));
  parent.exit(Math.max(...codes));
}

/** The exit code; 1 where a signal or a failed start ended it. */
function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
