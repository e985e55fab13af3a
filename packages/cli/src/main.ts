import { createApiClient } from "./api/client.ts";
import { readCliConfig } from "./config.ts";
import type { CliContext } from "./context.ts";
import { runCommand } from "./program.ts";

const config = readCliConfig();
const stopping = new AbortController();
// The first signal stops in order, a second one at once.
const onSignal = () => (stopping.signal.aborted ? process.exit(130) : stopping.abort(new Error("stopped")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
process.exitCode = 0;

const context: CliContext = {
  config,
  api: createApiClient(config.apiUrl, config.apiKey),
  say: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  print: (text) => void process.stdout.write(text),
  screen: { columns: () => (process.stdout.isTTY ? process.stdout.columns : undefined), colours: config.colours },
  endWith: (code) => {
    process.exitCode = Math.max(Number(process.exitCode), code);
  },
  stopping: stopping.signal,
};

await runCommand(process.argv.slice(2), context);
