import { apply } from "./commands/apply.ts";
import { doctor } from "./commands/doctor.ts";
import { loadKeys } from "./commands/load-keys.ts";
import { loadSecrets } from "./commands/load-secrets.ts";
import { serveMetrics } from "./commands/metrics.ts";
import { publishBacklog } from "./commands/publish-backlog.ts";
import { relay } from "./commands/relay.ts";
import { watchScaleIn } from "./commands/watch-scale-in.ts";
import type { BacklogConfig, MetricsConfig } from "./config.ts";
import type { ExitCode, HostContext } from "./host-context.ts";
import { readArguments, usage } from "./usage.ts";

/** What the environment says; each is read only for the command that needs it. */
export interface Configs {
  backlog(): BacklogConfig;
  metrics(): MetricsConfig;
}

/** Runs one command of `causeway-host`. */
export async function runCommand(words: readonly string[], context: HostContext, configs: Configs): Promise<ExitCode> {
  const asked = readArguments(words);
  switch (asked.command) {
    case "apply":
      return apply(asked, context);
    case "load-secrets":
      return loadSecrets(asked.from, context);
    case "load-keys":
      return loadKeys(asked.from, context);
    case "doctor":
      return doctor(asked, context);
    case "relay":
      return relay(asked.listen, context);
    case "metrics":
      return serveMetrics(asked.socket, configs.metrics(), context);
    case "watch-scale-in":
      return watchScaleIn(asked.metadata, context);
    case "publish-backlog":
      return publishBacklog(configs.backlog(), context);
    case "help":
      context.say(usage.trimEnd());
      return 0;
    case "wrong":
      context.complain(`${asked.sentence} (causeway-host help lists all commands)`);
      return 2;
    default:
      return asked satisfies never;
  }
}
