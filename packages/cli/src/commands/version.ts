import { version } from "@causeway/shared/platform/version.ts";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

/** `causeway version`. */
export function addVersion(program: Command, context: CliContext): void {
  program
    .command("version")
    .option("--json", "print JSON")
    .description("print the version")
    .action((options: { readonly json?: boolean }) => {
      context.say(options.json === true ? JSON.stringify({ version, node: process.version }) : `causeway ${version}`);
    });
}
