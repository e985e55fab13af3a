import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams as they came. */
  readonly output: string;
}

/** A composed system under a project name of its own, with ports that Docker chooses. */
export interface Compose {
  /** Runs `docker compose` with these arguments to its end, without the demo's services. */
  plain(...args: readonly string[]): Promise<Ended>;
  /** The same with the demo's services. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Like `run`, and throws with the output where it fails. Answers what it printed. */
  must(...args: readonly string[]): Promise<string>;
  /** Removes containers, networks and volumes. */
  down(): Promise<void>;
}

/** Names a composed system; nothing is started yet. `settings` are environment variables for the compose file. */
export function compose(name: string, settings: Readonly<Record<string, string>>): Compose {
  const project = `causeway-${name}-${process.pid}`;
  // The empty part after the address lets Docker choose the port, so that several systems fit on a machine.
  const anyPort = "127.0.0.1:";
  const published = { API_PUBLISHED: anyPort, S3_PUBLISHED: anyPort, OSS_PUBLISHED: anyPort };
  const env = { ...process.env, ...published, ...settings };
  const plain = (...args: readonly string[]) => docker(["compose", "-p", project, ...args], env);
  const run = (...args: readonly string[]) => plain("--profile", "demo", ...args);
  const must = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, output } = await run(...args);
    if (exitCode !== 0) throw new Error(`docker compose ${args.join(" ")} ended with ${exitCode}:\n${output}`);
    return stdout;
  };
  return {
    plain,
    run,
    must,
    down: async () => {
      await must("down", "--volumes", "--remove-orphans", "--timeout", "20");
    },
  };
}

/** Asks again every second until `ask` answers something; `waitingFor` names it where the time is up. */
export async function until<T>(waitingFor: string, timeoutMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const endsAtMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endsAtMs) throw new Error(`no ${waitingFor} within ${timeoutMs} ms`);
    await sleep(1000);
  }
}

function docker(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("docker", args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let output = "";
    child.stdout.on("data", (bytes: Buffer) => {
      stdout += bytes.toString();
      output += bytes.toString();
    });
    child.stderr.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, stdout, output }));
  });
}
