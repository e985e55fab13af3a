import { version } from "@causeway/shared/platform/version.ts";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";

/** `causeway version`. */
export function addVersion(program: Command, context: CliContext): void {
  const command = program
    .command("version")
    .option("--json", "print JSON")
    .description("print the version")
    .action((options: { readonly json?: boolean }) => {
      context.say(options.json === true ? JSON.stringify({ version, node: process.version }) : `causeway ${version}`);
    });
  withExamples(command, ["causeway version", "causeway version --json"]);
}
