import { type ApiClient, createApiClient } from "../src/api/client.ts";
import type { CliContext } from "../src/context.ts";
import { runCommand } from "../src/program.ts";

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

export interface RunOptions {
  readonly api?: ApiClient;
  /** A terminal of this width; undefined: no terminal. */
  readonly columns?: number;
  readonly colours?: "on" | "off";
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs one command line in this process. Without an API given, none answers. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const ran = { out: "", err: "", code: 0 };
  const { api = createApiClient("http://127.0.0.1:1", "key"), columns, colours = "off", environment = {} } = options;
  const context: CliContext = {
    config: {
      apiUrl: "http://127.0.0.1:1",
      apiKey: "key",
      sourceCredentials: undefined,
      targetCredentials: undefined,
      credentialsUnder: () => undefined,
      colours,
      environment,
    },
    api,
    say: (line) => void (ran.out += `${line}\n`),
    print: (text) => void (ran.out += text),
    note: (line) => void (ran.err += `${line}\n`),
    screen: { columns: () => columns, colours },
    endWith: (code) => void (ran.code = Math.max(ran.code, code)),
    stopping: new AbortController().signal,
  };
  await runCommand(args, context);
  return ran;
}
