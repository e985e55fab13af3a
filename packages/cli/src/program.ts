import { version } from "@causeway/shared/platform/version.ts";
import { Command, CommanderError } from "commander";
import { addChanges } from "./commands/change.ts";
import { addCompare } from "./commands/compare.ts";
import { addCompletion } from "./commands/completion.ts";
import { addEmulators } from "./commands/emulators.ts";
import { addFailures } from "./commands/failures.ts";
import { addLimits } from "./commands/limits.ts";
import { addList } from "./commands/list.ts";
import { addPreflight } from "./commands/preflight.ts";
import { addQuickstart } from "./commands/quickstart.ts";
import { addReport } from "./commands/report.ts";
import { addStat } from "./commands/stat.ts";
import { addSubmit } from "./commands/submit.ts";
import { addTunnel } from "./commands/tunnel/tunnel.ts";
import { addVersion } from "./commands/version.ts";
import { addWorkers } from "./commands/workers.ts";
import type { CliContext } from "./context.ts";
import { isRefusal } from "./refusal.ts";

const environmentHelp = `
CAUSEWAY_API is the API's address (http://127.0.0.1:8080), CAUSEWAY_API_KEY a key of its API_KEYS; NO_COLOR turns colours off.
Exit codes: 0 done, 1 the job failed or a difference was found, 2 wrong use or nothing reached.

Examples:
  $ causeway preflight job.json && causeway submit job.json --watch
  $ causeway failures local_test --code SOURCE_ARCHIVED
  $ causeway compare local_test --content --file job.json`;

/** The whole command line. */
function createProgram(context: CliContext): Command {
  const program = new Command("causeway")
    .description("Moves S3 buckets into Alibaba Cloud OSS and proves that every object arrived.")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: context.print, writeErr: (text) => context.note(text.trimEnd()) })
    .addHelpText("after", environmentHelp)
    .showHelpAfterError("(causeway --help lists all commands)");
  addSubmit(program, context);
  addList(program, context);
  addStat(program, context);
  addChanges(program, context);
  addFailures(program, context);
  addLimits(program, context);
  addReport(program, context);
  addWorkers(program, context);
  addPreflight(program, context);
  addCompare(program, context);
  addEmulators(program, context);
  addQuickstart(program, context);
  addTunnel(program, context);
  addCompletion(program, context);
  addVersion(program, context);
  return program;
}

/** Runs one command line (without `node` and the script); refusals become a sentence and an exit code. */
export async function runCommand(args: readonly string[], context: CliContext): Promise<void> {
  try {
    await createProgram(context).parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode !== 0) context.endWith(2);
    } else if (isRefusal(error)) {
      context.note(error.message);
      context.endWith(error.exitCode);
    } else if (context.stopping.aborted) {
      context.endWith(2);
    } else throw error;
  }
}
