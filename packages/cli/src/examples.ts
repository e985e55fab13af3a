import type { Command } from "commander";

/** Puts examples below a command's help. */
export function withExamples(command: Command, examples: readonly string[]): void {
  command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
}
