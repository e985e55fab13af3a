import { readHostFacts } from "@causeway/tunnel/host/this-host.ts";
import { createCharon } from "@causeway/tunnel/vici/charon.ts";
import { readBacklogConfig, readHostEnvironment, readMetricsConfig } from "./config.ts";
import { thisMachine } from "./doctor/machine.ts";
import { charonSocket, type HostContext } from "./host-context.ts";
import { runCommand } from "./run-command.ts";
import { createSecretSource } from "./secrets/aws-secrets.ts";

const env = readHostEnvironment();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
const context: HostContext = {
  machine: thisMachine(),
  facts: readHostFacts,
  secretsIn: (region) => createSecretSource({ region, env }),
  charon: createCharon(charonSocket),
  stopping: stop.signal,
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`causeway-host: ${line}\n`),
};

process.exitCode = await runCommand(process.argv.slice(2), context, {
  backlog: () => readBacklogConfig(process),
  metrics: () => readMetricsConfig(process),
});
