import { apply } from "./commands/apply.ts";
import { doctor } from "./commands/doctor.ts";
import { loadKeys } from "./commands/load-keys.ts";
import { loadSecrets } from "./commands/load-secrets.ts";
import type { ExitCode, HostContext } from "./host-context.ts";
import { readArguments, usage } from "./usage.ts";

/** Runs one command of `causeway-host`. */
export async function runCommand(words: readonly string[], context: HostContext): Promise<ExitCode> {
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
