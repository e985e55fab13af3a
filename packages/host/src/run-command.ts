import { apply } from "./commands/apply.ts";
import { doctor } from "./commands/doctor.ts";
import { loadKeys } from "./commands/load-keys.ts";
import { loadSecrets } from "./commands/load-secrets.ts";
import { publishBacklog } from "./commands/publish-backlog.ts";
import { relay } from "./commands/relay.ts";
import { watchScaleIn } from "./commands/watch-scale-in.ts";
import type { BacklogConfig } from "./config.ts";
import type { ExitCode, HostContext } from "./host-context.ts";
import { readArguments, usage } from "./usage.ts";

/** Runs one command of `causeway-host`. `backlogConfig` is asked only by the command that needs it. */
export async function runCommand(
  words: readonly string[],
  context: HostContext,
  backlogConfig: () => BacklogConfig,
): Promise<ExitCode> {
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
    case "watch-scale-in":
      return watchScaleIn(asked.metadata, context);
    case "publish-backlog":
      return publishBacklog(backlogConfig(), context);
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
